package org.onion4j.circuit;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.CreateFast;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.CreatedFast;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.channel.CellHandler;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.flow.FlowViolationException;
import org.onion4j.circuit.flow.HopFlow;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamCarrier;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.handshake.ClientHandshake;
import org.onion4j.crypto.handshake.CreateFastClient;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HandshakeResult;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.relay.ClientHopCrypto;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A circuit of this client: built hop by hop, then carrying streams to its hops. It owns no thread. A relay that breaks
 * the rules closes it, with DESTROY reason NONE, and nothing else.
 *
 * <p>Threading: any thread may call; all state is guarded by one lock. What arrives is handled on the channel's reader
 * thread, under that lock, which is therefore never held while waiting for anything but a condition of it. Order of
 * locks: a circuit's, then a stream's receive lock, or the channel's, then its queue's. Futures complete without the
 * lock, on the reader or on the thread that closes: what depends on them must not block. They complete one after the
 * other, in the order of what happened; so {@link #close} may return while another thread still completes the last ones.
 *
 * <p>Spec: tor-spec, "Circuit management", "Application connections and stream management".
 */
public final class Circuit implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Circuit.class);

    /** Messages that nothing forbids but that serve nobody, such as DROP without padding machines, per circuit. */
    private static final int TOLERATED_MESSAGES = 64;

    private enum State {
        OPEN,
        CLOSED
    }

    /** A hop whose handshake is under way. */
    private record PendingHop(
            ClientHandshake handshake, CellCommand answer, HopTarget target, CompletableFuture<Void> done) {}

    private final Channel channel;
    private final CircuitParameters parameters;
    private final RandomSource random;
    private final ReentrantLock lock = new ReentrantLock();
    private final RelaySender sender;
    private final StreamTable streams;
    private final CompletableFuture<CircuitException> closed = new CompletableFuture<>();
    private final AfterUnlock afterUnlock = new AfterUnlock(lock);
    private final byte[] even = new byte[ClientHopCrypto.BODY_LEN]; // what decryption turns out, alternating
    private final byte[] odd = new byte[ClientHopCrypto.BODY_LEN];

    private State state = State.OPEN;
    private int circuitId;
    private boolean knownToRelay; // its CREATE has been sent
    private ImmutableList<Hop> hops = ImmutableList.of();
    private PendingHop pending; // null unless a handshake is under way
    private CircuitException cause; // why it is closed
    private int toleratedLeft = TOLERATED_MESSAGES;

    private Circuit(Channel channel, CircuitParameters parameters, RandomSource random, Ticker ticker) {
        this.channel = channel;
        this.parameters = parameters;
        this.random = random;
        this.sender = new RelaySender(channel, random);
        this.streams = new StreamTable(new Carrier(), ticker, random);
    }

    /**
     * A circuit without hops on an open channel. Nothing is sent yet.
     *
     * @throws ChannelException if the channel is not open
     */
    public static Circuit on(Channel channel, CircuitParameters parameters, RandomSource random, Ticker ticker)
            throws ChannelException {
        Circuit circuit = new Circuit(channel, parameters, random, ticker);
        circuit.lock.lock();
        try {
            circuit.circuitId = channel.attach(circuit.new Incoming());
        } finally {
            circuit.lock.unlock();
        }
        return circuit;
    }

    public Channel channel() {
        return channel;
    }

    /** How many hops it has by now. */
    public int length() {
        lock.lock();
        try {
            return hops.size();
        } finally {
            lock.unlock();
        }
    }

    /** Its hops by now, for whoever holds the lock. */
    ImmutableList<Hop> hops() {
        return hops;
    }

    public boolean isOpen() {
        lock.lock();
        try {
            return state == State.OPEN;
        } finally {
            lock.unlock();
        }
    }

    /** How many streams are open or opening, look-ups included. */
    public int streamCount() {
        lock.lock();
        try {
            return streams.liveCount();
        } finally {
            lock.unlock();
        }
    }

    /** Completes with the cause when the circuit closes. */
    public CompletableFuture<CircuitException> closed() {
        return closed;
    }

    // Building.

    /**
     * Makes the relay at the end of the channel the first hop, without using its onion key: for one-hop directory
     * circuits. Completes when it has answered, or exceptionally with a {@link CircuitException}.
     */
    public CompletableFuture<Void> createFast() {
        CreateFastClient handshake = new CreateFastClient(random);
        return create(handshake, new CreateFast(handshake.onionskin()), CellCommand.CREATED_FAST, null);
    }

    /** Makes the relay at the end of the channel the first hop. Otherwise like {@link #createFast}. */
    public CompletableFuture<Void> create(HopTarget target) {
        ClientHandshake handshake = Handshakes.client(target, random);
        return create(
                handshake, new Create2(Handshakes.type(target), handshake.onionskin()), CellCommand.CREATED2, target);
    }

    private CompletableFuture<Void> create(
            ClientHandshake handshake, ChannelMessage message, CellCommand answer, HopTarget target) {
        lock.lock();
        try {
            checkState(hops.isEmpty() && pending == null, "the circuit has a first hop");
            CompletableFuture<Void> done = begin(handshake, answer, target);
            if (state == State.OPEN) {
                byte[] body = new byte[ClientHopCrypto.BODY_LEN];
                message.encode(new WireWriter(body, 0, body.length));
                channel.send(circuitId, message.command(), body, 0);
                knownToRelay = true;
            }
            return done;
        } finally {
            afterUnlock.unlock();
        }
    }

    /** Makes a relay the next hop behind the last one. Otherwise like {@link #create}. */
    public CompletableFuture<Void> extend(HopTarget target) {
        ClientHandshake handshake = Handshakes.client(target, random);
        HandshakeType type = Handshakes.type(target);
        lock.lock();
        try {
            checkState(state == State.CLOSED || (!hops.isEmpty() && pending == null), "nothing to extend from");
            checkState(sender.hasRelayEarly(), "the circuit is as long as it can get");
            CompletableFuture<Void> done = begin(handshake, RELAYED, target);
            if (state == State.OPEN) {
                channel.carryPaths();
                send(hops.size() - 1, 0, new Extend2(target.linkSpecifiers(), type, handshake.onionskin()));
            }
            return done;
        } finally {
            afterUnlock.unlock();
        }
    }

    /** Stands for the answer that comes as EXTENDED2. */
    private static final CellCommand RELAYED = CellCommand.RELAY;

    private CompletableFuture<Void> begin(ClientHandshake handshake, CellCommand answer, HopTarget target) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (state == State.CLOSED) {
            handshake.close();
            done.completeExceptionally(cause);
        } else {
            pending = new PendingHop(handshake, answer, target, done);
        }
        return done;
    }

    private void finishHop(CellCommand answer, Bytes reply) throws ProtocolViolation {
        PendingHop hop = pending;
        if (hop == null || !hop.answer().equals(answer)) {
            throw new ProtocolViolation("the answer to a handshake that is not under way");
        }
        try (HandshakeResult result = hop.handshake().finish(reply)) {
            ClientHopCrypto crypto = Handshakes.relayCrypto(hop.target(), result);
            HopFlow flow = Handshakes.flow(parameters);
            hops = ImmutableList.<Hop>builder()
                    .addAll(hops)
                    .add(new Hop(hops.size(), crypto, flow, random))
                    .build();
        } catch (HandshakeException e) {
            closeLocked(
                    new CircuitException(CircuitException.Kind.HANDSHAKE, "a handshake failed", e),
                    Notice.SEND_DESTROY);
            return;
        }
        pending = null;
        afterUnlock.add(() -> hop.done().complete(null));
    }

    // Streams.

    /**
     * Opens a stream through the last hop: {@link DataStream#connected} tells when it is open, and until then data may
     * be written already.
     *
     * @throws CircuitException if the circuit is closed, or has no stream ID left
     */
    public DataStream openStream(Begin begin) throws CircuitException {
        return openStream(begin, DataStream.Kind.EXIT);
    }

    /** Opens a stream to the directory that the last hop is. Otherwise like {@link #openStream(Begin)}. */
    public DataStream openDirectory() throws CircuitException {
        return openStream(new BeginDir(), DataStream.Kind.DIRECTORY);
    }

    private DataStream openStream(RelayMessage begin, DataStream.Kind kind) throws CircuitException {
        lock.lock();
        try {
            checkOpen();
            int hop = hops.size() - 1;
            DataStream stream = streams.newStream(kind, hop);
            if (stream == null) {
                throw new CircuitException(CircuitException.Kind.CLOSED, "the circuit has no stream ID left");
            }
            send(hop, stream.streamId(), begin);
            return stream;
        } finally {
            afterUnlock.unlock();
        }
    }

    /**
     * Asks the last hop to look up a name, or the name of an address. Completes with its answer, or exceptionally with a
     * {@link StreamException}. Whoever cancels the future gives the look-up up.
     *
     * @throws CircuitException if the circuit is closed, or has no stream ID left
     */
    public CompletableFuture<Resolved> resolve(Resolve question) throws CircuitException {
        CompletableFuture<Resolved> answer = new CompletableFuture<>();
        int id;
        lock.lock();
        try {
            checkOpen();
            int hop = hops.size() - 1;
            id = streams.newResolve(hop, answer);
            if (id == 0) {
                throw new CircuitException(CircuitException.Kind.CLOSED, "the circuit has no stream ID left");
            }
            send(hop, id, question);
        } finally {
            afterUnlock.unlock();
        }
        answer.whenComplete((resolved, failure) -> {
            if (answer.isCancelled()) {
                forgetResolve(id, answer);
            }
        });
        return answer;
    }

    private void forgetResolve(int id, CompletableFuture<Resolved> answer) {
        lock.lock();
        try {
            streams.forgetResolve(id, answer);
        } finally {
            afterUnlock.unlock();
        }
    }

    private void checkOpen() throws CircuitException {
        if (state == State.CLOSED) {
            throw new CircuitException(cause.kind(), "the circuit is closed", cause);
        }
        checkState(!hops.isEmpty(), "the circuit has no hop");
    }

    // Closing.

    private enum Notice {
        SEND_DESTROY,
        NONE
    }

    /** Closes the circuit and its streams. Doing so again has no effect. */
    @Override
    public void close() {
        close(new CircuitException(CircuitException.Kind.CLOSED, "the circuit has been closed"));
    }

    /** Closes the circuit for a cause that reaches everybody who waits for it or its streams. */
    public void close(CircuitException why) {
        lock.lock();
        try {
            closeLocked(why, Notice.SEND_DESTROY);
        } finally {
            afterUnlock.unlock();
        }
    }

    private void closeLocked(CircuitException why, Notice notice) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        cause = why;
        if (notice == Notice.SEND_DESTROY && knownToRelay) {
            byte[] body = new byte[ClientHopCrypto.BODY_LEN];
            new Destroy(DestroyReason.NONE).encode(new WireWriter(body, 0, body.length));
            channel.send(circuitId, CellCommand.DESTROY, body, 0);
        }
        channel.detach(circuitId);
        if (pending != null) {
            PendingHop unfinished = pending;
            pending = null;
            unfinished.handshake().close();
            afterUnlock.add(() -> unfinished.done().completeExceptionally(why));
        }
        streams.closeAll(why);
        hops.forEach(hop -> hop.crypto().close());
        sender.wipe();
        Arrays.fill(even, (byte) 0);
        Arrays.fill(odd, (byte) 0);
        afterUnlock.add(() -> closed.complete(why));
    }

    private void send(int hop, int streamId, RelayMessage message) {
        sender.send(circuitId, hops, hop, streamId, message);
    }

    /** What arrives: called by the channel's reader. */
    private final class Incoming implements CellHandler {
        @Override
        public void onCell(int command, byte[] buffer, int offset) {
            lock.lock();
            try {
                if (state == State.OPEN) {
                    handle(command, buffer, offset);
                }
            } catch (ProtocolViolation | FlowViolationException | WireFormatException e) {
                closeLocked(
                        new CircuitException(CircuitException.Kind.PROTOCOL, "a relay broke the protocol", e),
                        Notice.SEND_DESTROY);
            } catch (RuntimeException e) {
                log.error("a circuit failed", e); // a bug of ours; the channel's other circuits go on
                closeLocked(
                        new CircuitException(CircuitException.Kind.PROTOCOL, "internal error", e), Notice.SEND_DESTROY);
            } finally {
                afterUnlock.unlock();
            }
        }

        @Override
        public void onBatchEnd() {
            lock.lock();
            try {
                streams.onBatchEnd();
            } finally {
                afterUnlock.unlock();
            }
        }

        @Override
        public void onChannelClosed(ChannelException why) {
            lock.lock();
            try {
                closeLocked(
                        new CircuitException(CircuitException.Kind.CHANNEL, "the circuit's channel is closed", why),
                        Notice.NONE);
            } finally {
                afterUnlock.unlock();
            }
        }

        private void handle(int command, byte[] buffer, int offset)
                throws ProtocolViolation, FlowViolationException, WireFormatException {
            if (command == CellCommand.RELAY.wire()) {
                onRelay(buffer, offset);
                return;
            }
            if (command == CellCommand.RELAY_EARLY.wire()) {
                throw new ProtocolViolation("RELAY_EARLY towards the client");
            }
            ChannelMessage message = ChannelMessage.decode(
                    CellCommand.ofWire(command), new WireReader(buffer, offset, ClientHopCrypto.BODY_LEN));
            if (message instanceof Destroy destroy) {
                closeLocked(CircuitException.destroyed(destroy.reason()), Notice.NONE);
            } else if (message instanceof Created2 created) {
                finishHop(CellCommand.CREATED2, created.data());
            } else if (message instanceof CreatedFast created) {
                finishHop(CellCommand.CREATED_FAST, created.reply());
            } else if (message.command().isKnown()) {
                throw new ProtocolViolation(message.command() + " on a circuit");
            }
        }

        private void onRelay(byte[] buffer, int offset)
                throws ProtocolViolation, FlowViolationException, WireFormatException {
            byte[] in = buffer;
            int inOffset = offset;
            for (int i = 0; i < hops.size(); i++) {
                byte[] out = (i & 1) == 0 ? even : odd;
                if (hops.get(i).crypto().decryptBackward(in, inOffset, out, 0)) {
                    onMessage(hops.get(i), out);
                    return;
                }
                in = out;
                inOffset = 0;
            }
            throw new ProtocolViolation("a relay cell that no hop recognises");
        }

        private void onMessage(Hop hop, byte[] body)
                throws ProtocolViolation, FlowViolationException, WireFormatException {
            int command = RelayBody.command(body, 0);
            int streamId = RelayBody.streamId(body, 0);
            int length = RelayBody.length(body, 0);
            if (length > RelayBody.MAX_DATA_LEN) {
                throw new ProtocolViolation("a relay message longer than its cell");
            }
            if (command == RelayCommand.DATA.wire()) {
                boolean sendmeDue = hop.flow().onDataReceived();
                streams.onData(hop.index(), streamId, body, RelayBody.HEADER_LEN, length);
                if (length == 0) {
                    tolerate();
                }
                if (sendmeDue) {
                    send(
                            hop.index(),
                            0,
                            Sendme.withTag(Bytes.copyOf(hop.crypto().backwardTag())));
                }
                return;
            }
            onOther(hop, RelayCommand.ofWire(command), streamId, body, length);
        }

        private void onOther(Hop hop, RelayCommand command, int streamId, byte[] body, int length)
                throws ProtocolViolation, FlowViolationException, WireFormatException {
            if (!command.isKnown() || command.equals(RelayCommand.DROP)) {
                tolerate();
                return;
            }
            if (!InboundRules.mayArrive(command, streamId)) {
                throw new ProtocolViolation(command + " towards the client");
            }
            RelayMessage message = command.equals(RelayCommand.CONNECTED) && streams.isDirectory(streamId)
                    ? Connected.withoutAddress()
                    : RelayMessage.decode(command, streamId, body, RelayBody.HEADER_LEN, length);
            if (streamId != 0) {
                streams.onMessage(hop.index(), streamId, message);
            } else if (message instanceof Sendme sendme) {
                onCircuitSendme(hop, sendme);
            } else if (message instanceof Extended2 extended) {
                if (hop.index() != hops.size() - 1) {
                    throw new ProtocolViolation("EXTENDED2 from a hop that is not the last");
                }
                finishHop(RELAYED, extended.data());
            } else if (message instanceof Truncated truncated) {
                closeLocked(CircuitException.truncated(truncated.reason()), Notice.SEND_DESTROY);
            } else {
                throw new IllegalStateException("unexpected here: " + message.command());
            }
        }

        private void onCircuitSendme(Hop hop, Sendme sendme) throws ProtocolViolation, FlowViolationException {
            if (!sendme.tag().isPresent()) {
                throw new ProtocolViolation("a circuit-level SENDME without a tag");
            }
            hop.flow().onSendme(sendme.tag().get().toArray());
            streams.onCircuitWindow(hop.index());
        }

        private void tolerate() throws ProtocolViolation {
            toleratedLeft--;
            if (toleratedLeft < 0) {
                throw new ProtocolViolation("too many messages that serve nobody");
            }
        }
    }

    /** What the streams see of the circuit. */
    private final class Carrier implements StreamCarrier {
        @Override
        public ReentrantLock lock() {
            return lock;
        }

        @Override
        public HopFlow flow(int hop) {
            return hops.get(hop).flow();
        }

        @Override
        public int nextDataLen(int hop) {
            return hops.get(hop).nextDataLen();
        }

        @Override
        public void reserveRoom(long timeoutNanos, BooleanSupplier givenUp)
                throws InterruptedException, TimeoutException, StreamException {
            try {
                channel.reserve(timeoutNanos, givenUp);
            } catch (ChannelException e) {
                throw StreamException.circuit(e);
            }
        }

        @Override
        public void recheckRoom() {
            channel.recheckReservations();
        }

        @Override
        public void windowGivenBack(int hop) {
            streams.onCircuitWindow(hop);
        }

        @Override
        public void unreserveRoom() {
            channel.unreserve();
        }

        @Override
        public void sendData(int hop, int streamId, byte[] data, int offset, int length) {
            sender.sendData(circuitId, hops, hop, streamId, data, offset, length);
        }

        @Override
        public void sendMessage(int hop, int streamId, RelayMessage message) {
            send(hop, streamId, message);
        }

        @Override
        public void halfClosed(DataStream stream) {
            streams.halfClosed(stream);
        }

        @Override
        public void afterUnlock(Runnable task) {
            afterUnlock.add(task);
        }

        @Override
        public void unlock() {
            afterUnlock.unlock();
        }
    }
}
