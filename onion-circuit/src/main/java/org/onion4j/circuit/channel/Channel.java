package org.onion4j.circuit.channel;

import static com.google.common.base.Preconditions.checkState;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLSocket;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.runtime.BatchingSocket;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TLS link to one relay, over which circuits run. It is opened at once by {@link #open}, carries cells of the circuits
 * that {@link #attach} to it, and closes once, for one cause that reaches all of them.
 *
 * <p>Threading: any thread may call. Two threads of its own: the reader makes the connection, does the link handshake
 * and then hands each cell to its circuit's {@link CellHandler}; the writer sends what is queued. The reader never waits
 * for the writer. Fields are guarded by {@code lock} unless they say otherwise; no handler is called under it.
 *
 * <p>Spec: tor-spec, "Connections", "Negotiating and initializing connections", "Circuit management".
 */
public final class Channel implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Channel.class);

    /** Bytes of a fixed-length cell where circuit IDs have 4 bytes. */
    public static final int CELL_LEN = 514;
    /** Circuit IDs of the side that opened the link have this bit. Spec: tor-spec, "Choosing circuit IDs". */
    private static final int INITIATOR_BIT = 0x80000000;
    /** Whole cells that fill a TLS record. */
    private static final int WRITE_BUFFER_BYTES = (16384 / CELL_LEN) * CELL_LEN;
    /** How long a closing channel may take to send what is queued. */
    private static final Duration FLUSH_TIME = Duration.ofSeconds(2);

    private enum State {
        OPENING,
        OPEN,
        CLOSED
    }

    private final ChannelTarget target;
    private final ChannelEnvironment environment;
    private final OutgoingQueue outgoing = new OutgoingQueue(CELL_LEN);
    private final CompletableFuture<Channel> opened = new CompletableFuture<>();
    private final CompletableFuture<ChannelException> closed = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();

    private State state = State.OPENING;
    private ChannelException cause; // why it closes; set once
    private Socket socket; // the plain one below TLS
    private long idleSinceNanos; // when the last circuit left
    private volatile CircuitTable circuits = CircuitTable.EMPTY; // written under the lock
    private volatile LinkProperties link; // set once, before OPEN
    private volatile long lastReadNanos; // written by the reader
    private volatile Thread reader; // set by itself
    private final List<CellHandler> batch = new ArrayList<>(); // got cells since the last batch ended; the reader's
    private boolean endsBatchBeforeWaiting; // the reader's
    private volatile long lastWriteNanos; // written by the writer

    private Channel(ChannelTarget target, ChannelEnvironment environment) {
        this.target = target;
        this.environment = environment;
        this.idleSinceNanos = environment.ticker().read();
    }

    /** Begins to open a channel and returns at once; {@link #opened} tells how it went. */
    public static Channel open(ChannelTarget target, ChannelEnvironment environment) {
        Channel channel = new Channel(target, environment);
        environment.threads().newThread(channel::runReader).start();
        return channel;
    }

    public ChannelTarget target() {
        return target;
    }

    /**
     * Completes with this channel once the peer has proven who it is, or exceptionally with a {@link ChannelException}.
     * What depends on it must not block: it runs on the reader.
     */
    public CompletableFuture<Channel> opened() {
        return opened;
    }

    /** Completes with the cause when the channel closes. What depends on it must not block. */
    public CompletableFuture<ChannelException> closed() {
        return closed;
    }

    public boolean isOpen() {
        lock.lock();
        try {
            return state == State.OPEN && cause == null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What the link handshake found out.
     *
     * @throws IllegalStateException if the channel has not been open yet
     */
    public LinkProperties link() {
        LinkProperties properties = link;
        checkState(properties != null, "the channel has not been open yet");
        return properties;
    }

    /** How many circuits run over it. */
    public int circuitCount() {
        return circuits.size();
    }

    /** For how long no circuit has run over it; empty while one does. */
    public Optional<Duration> idleTime() {
        lock.lock();
        try {
            return circuits.size() > 0
                    ? Optional.empty()
                    : Optional.of(Duration.ofNanos(environment.ticker().read() - idleSinceNanos));
        } finally {
            lock.unlock();
        }
    }

    /** When a cell last went in either direction, by the environment's ticker, in nanoseconds. */
    long lastActiveNanos() {
        return Math.max(lastReadNanos, lastWriteNanos);
    }

    /** When a cell was last sent, by the environment's ticker, in nanoseconds. */
    long lastWriteNanos() {
        return lastWriteNanos;
    }

    /** How many bytes wait to be sent. */
    public int queuedBytes() {
        return outgoing.queuedBytes();
    }

    /**
     * Takes an unused circuit ID and lets the handler have its cells.
     *
     * @return the circuit ID, for {@link #send} and {@link #detach}
     * @throws ChannelException if the channel isn't open
     */
    public int attach(CellHandler handler) throws ChannelException {
        lock.lock();
        try {
            if (state != State.OPEN || cause != null) {
                throw closedException();
            }
            int id;
            do {
                id = (int) environment.random().nextLong() | INITIATOR_BIT;
            } while (circuits.contains(id));
            circuits = circuits.with(id, handler);
            return id;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the circuit ID back: its handler gets no further cells, and late ones of the peer are dropped. */
    public void detach(int circuitId) {
        lock.lock();
        try {
            circuits = circuits.without(circuitId);
            if (circuits.size() == 0) {
                idleSinceNanos = environment.ticker().read();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Queues a cell without waiting: for what answers the peer, opens or closes a circuit. Never blocks; may be called
     * under the lock of a circuit. If the queue is at its bound the channel closes.
     *
     * @param body holds the 509 bytes of the cell's body at {@code offset}; they are copied
     */
    public void send(int circuitId, CellCommand command, byte[] body, int offset) {
        put(circuitId, command, body, offset, OutgoingQueue.Room.NONE);
    }

    /**
     * Takes room for one cell of data, waiting for it. Room taken must be used by {@link #sendReserved} or given back by
     * {@link #unreserve}. Never call it under a lock.
     *
     * @param givenUp whether the room is not wanted any more, which ends the waiting like a time-out; when that changes
     *     {@link #recheckReservations} must be called. Runs under a lock: it must do no more than look
     * @throws TimeoutException if there was no room in time
     * @throws ChannelException if the channel is closed
     */
    public void reserve(long timeoutNanos, BooleanSupplier givenUp)
            throws InterruptedException, TimeoutException, ChannelException {
        if (!outgoing.reserve(timeoutNanos, givenUp)) {
            lock.lock();
            try {
                if (cause != null) {
                    throw closedException();
                }
            } finally {
                lock.unlock();
            }
            throw new TimeoutException("the channel's queue is full");
        }
    }

    /** Lets those who wait for room look whether they have given up. May be called under the lock of a circuit. */
    public void recheckReservations() {
        outgoing.recheckWaiting();
    }

    /** Gives back the room of {@link #reserve}. */
    public void unreserve() {
        outgoing.unreserve();
    }

    /** Queues a cell for which room has been taken. Never blocks. Otherwise like {@link #send}. */
    public void sendReserved(int circuitId, CellCommand command, byte[] body, int offset) {
        put(circuitId, command, body, offset, OutgoingQueue.Room.RESERVED);
    }

    private void put(int circuitId, CellCommand command, byte[] body, int offset, OutgoingQueue.Room room) {
        // What the reader sends goes out once it has handled all that has arrived: one write instead of many.
        OutgoingQueue.Wake wake = Thread.currentThread() == reader ? OutgoingQueue.Wake.LATER : OutgoingQueue.Wake.NOW;
        if (!outgoing.put(circuitId, command.wire(), body, offset, room, wake)) {
            fail(new ChannelException(ChannelException.Kind.LOST, "the relay does not read what it is sent"));
        }
    }

    /** Sends what is queued, if that is possible in a moment, and closes the link. Doing so again has no effect. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (cause != null) {
                return;
            }
            cause = new ChannelException(ChannelException.Kind.CLOSED, "the channel has been closed");
            if (state != State.OPEN) {
                closeSocket();
                return;
            }
        } finally {
            lock.unlock();
        }
        outgoing.close(); // the writer sends what is left, then closes the socket
        environment.scheduler().schedule(this::closeSocket, FLUSH_TIME);
    }

    /** Ends the channel for a cause. Only the first one counts. Safe under any lock: the reader does the rest. */
    void fail(ChannelException why) {
        lock.lock();
        try {
            if (cause == null) {
                cause = why;
            }
        } finally {
            lock.unlock();
        }
        outgoing.close();
        closeSocket();
    }

    private ChannelException closedException() {
        return cause != null ? cause : new ChannelException(ChannelException.Kind.CLOSED, "the channel is not open");
    }

    private Socket plainSocket() {
        lock.lock();
        try {
            return socket;
        } finally {
            lock.unlock();
        }
    }

    private void closeSocket() {
        Socket current = plainSocket();
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                log.debug("closing a socket failed", e);
            }
        }
    }

    // The reader.

    private void runReader() {
        reader = Thread.currentThread();
        ChannelException end;
        try {
            end = openAndRead();
        } catch (RuntimeException e) {
            log.error("a channel failed", e); // a bug of ours; its circuits must still hear of the end
            end = new ChannelException(ChannelException.Kind.PROTOCOL, "internal error", e);
        }
        finish(end);
    }

    private ChannelException openAndRead() {
        Cancellable deadline = environment
                .scheduler()
                .schedule(
                        () -> fail(new ChannelException(
                                ChannelException.Kind.TIMEOUT, "the relay did not finish the link handshake in time")),
                        environment.handshakeTimeout());
        CellInput input;
        try {
            SSLSocket tls = connect();
            input = cellInput(tls);
            link = LinkHandshake.run(input, tls, target, environment.clock());
            lastReadNanos = environment.ticker().read();
            lastWriteNanos = lastReadNanos;
            if (!becomeOpen()) {
                return closedException();
            }
            environment.threads().newThread(() -> runWriter(tls)).start();
        } catch (ChannelException e) {
            return e;
        } finally {
            deadline.cancel();
        }
        opened.complete(this);
        endBatch(); // sends what those who waited for the channel have queued
        if (plainSocket() instanceof BatchingSocket batching) {
            endsBatchBeforeWaiting = true;
            batching.beforeWait(this::endBatch);
        }
        try {
            return readCells(input);
        } catch (IOException e) {
            return new ChannelException(ChannelException.Kind.LOST, "the link to the relay was lost", e);
        }
    }

    private SSLSocket connect() throws ChannelException {
        Socket plain;
        try {
            plain = environment.connector().connect(target.address(), (int)
                    environment.handshakeTimeout().toMillis());
        } catch (IOException e) {
            throw new ChannelException(ChannelException.Kind.CONNECT, "no connection to the relay", e);
        }
        lock.lock();
        try {
            socket = plain;
        } finally {
            lock.unlock();
        }
        if (isFailed()) {
            closeSocket();
        }
        try {
            SSLSocket tls = TlsClient.wrap(plain, environment.random());
            tls.startHandshake();
            return tls;
        } catch (IOException e) {
            throw new ChannelException(ChannelException.Kind.TLS, "no TLS with the relay", e);
        }
    }

    private static CellInput cellInput(SSLSocket tls) throws ChannelException {
        try {
            return new CellInput(tls.getInputStream());
        } catch (IOException e) {
            throw new ChannelException(ChannelException.Kind.TLS, "no TLS with the relay", e);
        }
    }

    private boolean isFailed() {
        lock.lock();
        try {
            return cause != null;
        } finally {
            lock.unlock();
        }
    }

    private boolean becomeOpen() {
        lock.lock();
        try {
            if (cause != null) {
                return false;
            }
            state = State.OPEN;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private ChannelException readCells(CellInput input) throws IOException {
        CellHandler last = null;
        while (input.next()) {
            int id = input.circuitId();
            int command = input.command();
            if (id != 0) {
                CellHandler handler = CellInput.isVariable(command) ? null : circuits.get(id);
                if (handler != null) {
                    if ((handler != last || batch.isEmpty()) && !batch.contains(handler)) {
                        batch.add(handler);
                    }
                    last = handler;
                    handler.onCell(command, input.buffer(), input.bodyOffset());
                }
            } else if (command == CellCommand.CERTS.wire() || command == CellCommand.AUTH_CHALLENGE.wire()) {
                return new ChannelException(
                        ChannelException.Kind.PROTOCOL, "a handshake cell on a channel that is open");
            }
            // Padding, unknown commands, and circuits that are closed or never were: nothing to do.
            if (!endsBatchBeforeWaiting && !input.hasNext()) {
                endBatch();
                last = null;
            }
        }
        return new ChannelException(ChannelException.Kind.LOST, "the relay closed the link");
    }

    /** All that has arrived has been handled: whoever waits for it is woken, and what answers it goes out. */
    private void endBatch() {
        lastReadNanos = environment.ticker().read();
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).onBatchEnd();
        }
        batch.clear();
        outgoing.wakeWriter();
    }

    /** The last thing the reader does: everybody hears of the end, once. */
    private void finish(ChannelException end) {
        List<CellHandler> orphans;
        ChannelException why;
        lock.lock();
        try {
            if (cause == null) {
                cause = end;
            }
            why = cause;
            state = State.CLOSED;
            orphans = circuits.handlers();
            circuits = CircuitTable.EMPTY;
        } finally {
            lock.unlock();
        }
        outgoing.close();
        closeSocket();
        for (CellHandler orphan : orphans) {
            orphan.onChannelClosed(why);
        }
        opened.completeExceptionally(why);
        closed.complete(why);
    }

    // The writer.

    private void runWriter(SSLSocket tls) {
        byte[] buffer = new byte[WRITE_BUFFER_BYTES];
        try {
            while (true) {
                int length = outgoing.take(buffer, TimeUnit.DAYS.toNanos(1));
                if (length < 0) {
                    break;
                }
                if (length > 0) {
                    tls.getOutputStream().write(buffer, 0, length);
                    lastWriteNanos = environment.ticker().read();
                }
            }
            tls.close();
            closeSocket();
        } catch (IOException e) {
            fail(new ChannelException(ChannelException.Kind.LOST, "the link to the relay was lost", e));
        } catch (InterruptedException e) {
            fail(new ChannelException(ChannelException.Kind.CLOSED, "the channel's writer was interrupted", e));
        }
    }
}
