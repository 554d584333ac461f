package org.onion4j.circuit.stream;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import org.onion4j.circuit.flow.FlowViolationException;
import org.onion4j.circuit.flow.StreamFlow;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.runtime.MemoryQuota;

/**
 * One stream of a circuit: bytes both ways between the application and what the last hop connected to. Data may be
 * written before the far end has connected. The onion-routing protocol has no half-close on the wire: an END ends both
 * directions, so a side that only stops writing says nothing.
 *
 * <p>Threading: {@link #read} by one thread, {@link #write} by one (perhaps another) thread, the rest by any. The
 * {@code on...} methods are the circuit's, on its channel's reader thread, with the circuit's lock held. What has
 * arrived is in {@link StreamInput}, which has a lock of its own; all else is guarded by the circuit's lock.
 *
 * <p>Spec: tor-spec, "Opening streams and transferring data", "Closing streams", "Stream-level flow control".
 */
public final class DataStream implements AutoCloseable {
    /** After so many messages the channel sends them while further ones are made: half a TLS record. */
    private static final int MESSAGES_AT_ONCE = 16;

    /** Where a stream is in its life, as the wire sees it. */
    enum State {
        /** BEGIN or BEGIN_DIR is sent, or has come. */
        CONNECTING,
        /** CONNECTED has arrived, or is sent. */
        OPEN,
        /** Ended by us, by the far end, or by the end of its circuit. */
        CLOSED
    }

    /** What the far end was asked for. */
    public enum Kind {
        /** An address and port outside: CONNECTED must tell the address. */
        EXIT,
        /** A port of an onion service, which tells no address. */
        SERVICE,
        /** The relay's own directory: what CONNECTED says means nothing. */
        DIRECTORY,
        /** The other way round, at an onion service: the client at the far end asked for it, and we say CONNECTED. */
        INCOMING;

        /** Whether CONNECTED says what it must. */
        public boolean accepts(Connected message) {
            return this != INCOMING && (this != EXIT || message.address().isPresent());
        }
    }

    /** No time limit, for {@link #read} and {@link #write}. */
    public static final long NO_TIMEOUT = 0;

    private final StreamCarrier carrier;
    private final Ticker ticker;
    private final Kind kind;
    private final int hop;
    private final int streamId;
    private final StreamFlow flow;
    private final CompletableFuture<Connected> connected = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private final Condition writable; // of the circuit's lock
    private State state = State.CONNECTING;
    private boolean begun; // its BEGIN, BEGIN_DIR or CONNECTED is queued: DATA may follow

    private final StreamInput input;
    private volatile boolean sendShut; // whether it is CLOSED, for a writer that holds no lock
    private volatile boolean grantMayBeDue; // the far end has used some of its window
    private volatile long writeTimeoutNanos = NO_TIMEOUT;

    /** Made by the circuit, under its lock. */
    public DataStream(StreamCarrier carrier, Ticker ticker, Kind kind, int hop, int streamId) {
        this.carrier = carrier;
        this.ticker = ticker;
        this.kind = kind;
        this.hop = hop;
        this.streamId = streamId;
        this.flow = carrier.flow(hop).newStreamFlow();
        this.writable = carrier.lock().newCondition();
        this.input = new StreamInput(
                ticker,
                new ReceiveBuffer(flow.maxBufferedBytes(), carrier.memory().newAccount(new Memory())));
    }

    /**
     * Completes when the far end has connected, or exceptionally with a {@link StreamException}. What depends on it
     * must not block: it runs on a channel's reader.
     */
    public CompletableFuture<Connected> connected() {
        return connected;
    }

    /** Completes when the stream is closed, by whichever side. What depends on it must not block. */
    public CompletableFuture<Void> closed() {
        return closed;
    }

    public Kind kind() {
        return kind;
    }

    /** The hop where the stream ends, from 0. */
    public int hop() {
        return hop;
    }

    public int streamId() {
        return streamId;
    }

    /** How long {@link #read} waits for a byte, in nanoseconds; {@link #NO_TIMEOUT} for as long as it takes. */
    public void setReadTimeoutNanos(long nanos) {
        input.setTimeoutNanos(nanos);
    }

    /** How long {@link #write} waits for each message to leave, in nanoseconds; {@link #NO_TIMEOUT} for no limit. */
    public void setWriteTimeoutNanos(long nanos) {
        writeTimeoutNanos = nanos;
    }

    public boolean isOpen() {
        carrier.lock().lock();
        try {
            return state != State.CLOSED;
        } finally {
            carrier.unlock();
        }
    }

    /** How many bytes can be read without waiting. */
    public int available() {
        return input.available();
    }

    /** How many bytes {@link #read} has given so far. */
    public long taken() {
        return input.taken();
    }

    /**
     * Takes bytes that have arrived, waiting for the first.
     *
     * @return how many, at least 1 unless {@code length} is 0; -1 at the end, after END with reason DONE or
     *     {@link #shutdownInput}
     * @throws StreamException if the stream failed, once all that arrived before has been read, or at a time-out
     * @throws InterruptedIOException if the thread is interrupted; the stream goes on
     */
    public int read(byte[] target, int offset, int length) throws IOException {
        int taken = input.read(target, offset, length);
        if (taken > 0 && grantMayBeDue) {
            grant();
        }
        return taken;
    }

    /** Lets the far end send more, as far as the reader has made room. */
    private void grant() {
        carrier.lock().lock();
        try {
            if (state != State.CLOSED) {
                grant(available());
            }
        } finally {
            carrier.unlock();
        }
    }

    /** Under the circuit's lock: lets the far end send more, as far as there is room beside the bytes that wait. */
    private void grant(int waiting) {
        int due = begun ? flow.sendmesDue(waiting) : 0; // a SENDME must not come before CONNECTED
        for (int i = 0; i < due; i++) {
            carrier.sendMessage(hop, streamId, Sendme.withoutTag());
        }
        grantMayBeDue = flow.sendmePending();
    }

    /**
     * Sends bytes, waiting for windows and for room in the channel's queue.
     *
     * @throws StreamException if the stream is or gets closed, or at a time-out: what was sent before is not known
     * @throws InterruptedIOException if the thread is interrupted; {@code bytesTransferred} tells what has been sent
     */
    public void write(byte[] source, int offset, int length) throws IOException {
        int done = 0;
        int messages = 0;
        try {
            while (done < length) {
                long limit = writeTimeoutNanos == NO_TIMEOUT ? TimeUnit.DAYS.toNanos(365) : writeTimeoutNanos;
                long until = ticker.read() + limit;
                reserveWindows(until);
                done += sendReserved(source, offset + done, length - done, until);
                messages++;
                if (messages % MESSAGES_AT_ONCE == 0) {
                    carrier.sendQueued();
                }
            }
        } catch (InterruptedException e) {
            InterruptedIOException interrupted = StreamInput.interrupted();
            interrupted.bytesTransferred = done;
            throw interrupted;
        } finally {
            carrier.sendQueued();
        }
    }

    private void reserveWindows(long until) throws InterruptedException, StreamException {
        carrier.lock().lockInterruptibly();
        try {
            while (state != State.CLOSED
                    && !(begun && flow.canReserve() && carrier.flow(hop).canReserve())) {
                long left = until - ticker.read();
                if (left <= 0) {
                    throw StreamException.timeout("writing");
                }
                carrier.sendQueued(); // what the far end grants more for
                writable.awaitNanos(Math.min(left, StreamInput.MAX_WAIT_NANOS));
            }
            checkNotClosed();
            flow.reserve();
            carrier.flow(hop).reserve();
        } finally {
            carrier.unlock();
        }
    }

    private int sendReserved(byte[] source, int offset, int length, long until)
            throws InterruptedException, StreamException {
        boolean room = false;
        boolean sent = false;
        try {
            carrier.reserveRoom(Math.max(1, until - ticker.read()), () -> sendShut);
            room = true;
            carrier.lock().lock();
            try {
                checkNotClosed();
                int part = Math.min(length, carrier.nextDataLen(hop));
                sent = carrier.sendData(hop, streamId, source, offset, part);
                checkNotClosed();
                return part;
            } finally {
                carrier.unlock();
            }
        } catch (TimeoutException e) {
            throwIfClosed();
            throw StreamException.timeout("writing");
        } finally {
            if (!sent) {
                giveBack(room);
            }
        }
    }

    private void giveBack(boolean room) {
        if (room) {
            carrier.unreserveRoom();
        }
        carrier.lock().lock();
        try {
            flow.unreserve();
            carrier.flow(hop).unreserve();
            carrier.windowGivenBack(hop);
        } finally {
            carrier.unlock();
        }
    }

    private void throwIfClosed() throws StreamException {
        carrier.lock().lock();
        try {
            checkNotClosed();
        } finally {
            carrier.unlock();
        }
    }

    private void checkNotClosed() throws StreamException {
        if (state == State.CLOSED) {
            throw input.failure();
        }
    }

    /** Further reads find the end; what arrives is dropped, and the windows go on. Doing so again has no effect. */
    public void shutdownInput() {
        input.shut();
        if (grantMayBeDue) {
            grant();
        }
    }

    /**
     * Ends the stream; a client never says why, a service that it was in the ordinary way. A blocked reader or writer gets
     * an exception, and what has not been read is dropped. Again: no effect.
     */
    @Override
    public void close() {
        endAndDrop(kind == Kind.INCOMING ? EndReason.DONE : EndReason.MISC);
    }

    /**
     * Ends a stream that came in to an onion service and says why. Otherwise like {@link #close}.
     *
     * @throws IllegalStateException if it is a stream of ours: a client never says why
     */
    public void close(EndReason reason) {
        checkState(kind == Kind.INCOMING, "a client does not say why it ends a stream");
        endAndDrop(reason);
    }

    private void endAndDrop(EndReason reason) {
        end(StreamException.closed(), reason);
        input.dropUnread(StreamException.closed()); // what the far end, or the end of the circuit, has left
    }

    /** Ends the stream because it did not open in time. */
    public void closeForTimeout() {
        end(StreamException.timeout("opening the stream"), EndReason.MISC);
    }

    private void end(StreamException why, EndReason reason) {
        carrier.lock().lock();
        try {
            if (state != State.CLOSED) {
                carrier.sendInTurn(hop, streamId, End.of(reason), () -> {});
            }
            if (state != State.CLOSED) { // nor did sending close the circuit
                carrier.halfClosed(this);
                become(why, why.kind() == StreamException.Kind.CLOSED ? Unread.DROPPED : Unread.KEPT);
            }
        } finally {
            carrier.unlock();
        }
    }

    // The answer to a stream that came in.

    /** Whether it came in and neither has been answered nor has ended. */
    public boolean isWaiting() {
        carrier.lock().lock();
        try {
            return kind == Kind.INCOMING && state == State.CONNECTING;
        } finally {
            carrier.unlock();
        }
    }

    /** Says CONNECTED to a stream that came in, unless it has been answered or has ended. */
    public void accept() {
        checkState(kind == Kind.INCOMING, "a stream of ours");
        carrier.lock().lock();
        try {
            if (state == State.CONNECTING) {
                state = State.OPEN;
                Connected message = Connected.withoutAddress();
                carrier.sendInTurn(hop, streamId, message, this::onBegun);
                carrier.afterUnlock(() -> connected.complete(message));
            }
        } finally {
            carrier.unlock();
        }
    }

    /** Ends a stream that came in, unless it has been accepted or has ended. */
    public void reject(EndReason reason) {
        carrier.lock().lock();
        try {
            if (isWaiting()) {
                close(reason);
            }
        } finally {
            carrier.unlock();
        }
    }

    // What the circuit calls, with its lock held.

    /** Under the circuit's lock: whether CONNECTED has not arrived yet. */
    public boolean isConnecting() {
        return state == State.CONNECTING;
    }

    /** Under the circuit's lock: its BEGIN or BEGIN_DIR is queued, or the CONNECTED of one that came in. */
    public void onBegun() {
        begun = true;
        writable.signal();
        if (grantMayBeDue && state == State.OPEN) {
            grant(available()); // for what came before our CONNECTED
        }
    }

    /** Under the circuit's lock: the most DATA messages that the far end may still send. */
    public StreamFlow flow() {
        return flow;
    }

    /**
     * CONNECTED arrived.
     *
     * @return false if that was not due
     */
    public boolean onConnected(Connected message) {
        if (state != State.CONNECTING || !kind.accepts(message)) {
            return false;
        }
        state = State.OPEN;
        carrier.afterUnlock(() -> connected.complete(message));
        return true;
    }

    /**
     * DATA arrived: its bytes are copied.
     *
     * @return false if that was not due
     * @throws FlowViolationException if the far end sent more than it was granted
     */
    public boolean onData(byte[] source, int offset, int length) throws FlowViolationException {
        if (state != State.OPEN && !(state == State.CONNECTING && kind == Kind.INCOMING)) {
            return false;
        }
        flow.onDataReceived();
        int waiting = input.append(source, offset, length);
        if (flow.sendmePending()) {
            grant(waiting); // now, if a reader that keeps up would only delay it
        }
        return true;
    }

    /** All that has arrived for now is here: wakes the reader. */
    public void onBatchEnd() {
        input.wake();
    }

    /** A stream-level SENDME arrived. */
    public void onSendme() throws FlowViolationException {
        flow.onSendme();
        writable.signal();
    }

    /** The circuit's window opened. */
    public void onCircuitWindow() {
        writable.signal();
    }

    /** END arrived. */
    public void onEnd(End end) {
        become(StreamException.ended(end), Unread.KEPT);
    }

    /** The circuit is gone. */
    public void onCircuitClosed(Throwable cause, Unread unread) {
        if (state != State.CLOSED) {
            become(StreamException.circuit(cause), unread);
        }
    }

    /** What becomes of data that has arrived and not been read. */
    public enum Unread {
        KEPT,
        DROPPED
    }

    private void become(StreamException why, Unread unread) {
        state = State.CLOSED;
        sendShut = true;
        writable.signalAll();
        carrier.recheckRoom();
        input.fail(why, unread);
        carrier.afterUnlock(() -> {
            connected.completeExceptionally(why);
            closed.complete(null);
        });
    }

    /** What the quota of memory sees of it. */
    private final class Memory implements MemoryQuota.Owner {
        @Override
        public void trim() {
            input.trim();
        }

        @Override
        public void giveUp() {
            carrier.lock().lock();
            try {
                if (state != State.CLOSED) {
                    carrier.giveUpForMemory();
                }
            } finally {
                carrier.unlock();
            }
            input.dropUnread(StreamException.dropped());
        }
    }
}
