package org.onion4j.circuit;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.CreateFast;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.EstablishIntro;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.IntroEstablished;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Rendezvous1;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.padding.CircuitPadding;
import org.onion4j.circuit.padding.OwnPadding;
import org.onion4j.circuit.padding.PaddingMachine;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamCarrier;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.handshake.ClientHandshake;
import org.onion4j.crypto.handshake.CreateFastClient;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HsNtorClient;
import org.onion4j.crypto.handshake.ServerReply;
import org.onion4j.crypto.primitive.Ed25519Signer;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
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

    private static final String NO_RANDOMNESS = "the random source failed";

    /** Whether the relay is told that the circuit is closed. */
    enum Notice {
        SEND_DESTROY,
        NONE
    }

    private enum State {
        OPEN,
        CLOSED
    }

    private final Channel channel;
    private final RandomSource random;
    private final ReentrantLock lock = new ReentrantLock();
    private final RelaySender sender;
    private final StreamTable streams;
    private final HopHandshake handshakes;
    private final Conversation conversation;
    private final CircuitPadding padding = new CircuitPadding();
    private final CompletableFuture<CircuitException> closed = new CompletableFuture<>();
    private final AfterUnlock afterUnlock;
    private final CircuitInput input;

    private State state = State.OPEN;
    private int circuitId;
    private boolean knownToRelay; // its CREATE has been sent
    private ImmutableList<Hop> hops = ImmutableList.of();
    private CircuitException cause; // why it is closed

    private Circuit(Channel channel, CircuitParameters parameters, RandomSource random, Ticker ticker) {
        this.channel = channel;
        this.random = random;
        this.afterUnlock = new AfterUnlock(lock, channel.bugs());
        this.sender =
                new RelaySender(channel, random, e -> closeLocked(noRandomness(e), Notice.SEND_DESTROY), this::flush);
        StreamCarrier carrier = new CircuitCarrier(
                lock, afterUnlock, channel, sender, hop -> hops.get(hop), this::streams, this::giveUpForMemory);
        this.streams = new StreamTable(carrier, ticker, random);
        this.handshakes = new HopHandshake(parameters, random, afterUnlock);
        this.conversation = new Conversation(afterUnlock);
        this.input = new CircuitInput(this, lock, afterUnlock, streams, conversation, padding, sender);
    }

    /**
     * A circuit without hops on an open channel. Nothing is sent yet.
     *
     * @throws ChannelException if the channel is not open, or there is no randomness
     */
    public static Circuit on(Channel channel, CircuitParameters parameters, RandomSource random, Ticker ticker)
            throws ChannelException {
        Circuit circuit;
        try {
            circuit = new Circuit(channel, parameters, random, ticker);
        } catch (RandomnessException e) {
            throw new ChannelException(ChannelException.Kind.LOCAL, NO_RANDOMNESS, e);
        }
        circuit.lock.lock();
        try {
            circuit.circuitId = channel.attach(circuit.input);
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

    private StreamTable streams() {
        return streams;
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

    /** Under the lock: the last hop, of which something can be asked. */
    private Hop last() {
        checkState(!hops.isEmpty(), "the circuit has no hop");
        checkState(!input.isJoined(), "the circuit ends at a client");
        return hops.get(hops.size() - 1);
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
        CreateFastClient handshake;
        try {
            handshake = new CreateFastClient(random);
        } catch (RandomnessException e) {
            return failed(noRandomness(e));
        }
        return create(handshake, new CreateFast(handshake.onionskin()), HopHandshake.Answer.CREATED_FAST, null);
    }

    /** Makes the relay at the end of the channel the first hop. Otherwise like {@link #createFast}. */
    public CompletableFuture<Void> create(HopTarget target) {
        ClientHandshake handshake;
        try {
            handshake = Handshakes.client(target, random);
        } catch (RandomnessException e) {
            return failed(noRandomness(e));
        }
        return create(
                handshake,
                new Create2(Handshakes.type(target), handshake.onionskin()),
                HopHandshake.Answer.CREATED2,
                target);
    }

    private CompletableFuture<Void> create(
            ClientHandshake handshake, ChannelMessage message, HopHandshake.Answer answer, HopTarget target) {
        lock.lock();
        try {
            checkState(hops.isEmpty() && !handshakes.isUnderWay(), "the circuit has a first hop");
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

    /**
     * Makes a relay the next hop behind the last one. Otherwise like {@link #create}. Where the circuit is as long as it
     * can get, for only so many cells may be RELAY_EARLY, the future fails with kind LIMIT, and the circuit goes on.
     */
    public CompletableFuture<Void> extend(HopTarget target) {
        ClientHandshake handshake;
        try {
            handshake = Handshakes.client(target, random);
        } catch (RandomnessException e) {
            return failed(noRandomness(e));
        }
        HandshakeType type = Handshakes.type(target);
        lock.lock();
        try {
            checkState(state == State.CLOSED || !handshakes.isUnderWay(), "the last hop is not there yet");
            if (state == State.OPEN && !sender.hasRelayEarly()) {
                handshake.close();
                return failed(new CircuitException(CircuitException.Kind.LIMIT, "no RELAY_EARLY cell is left"));
            }
            CompletableFuture<Void> done = begin(handshake, HopHandshake.Answer.EXTENDED2, target);
            if (state == State.OPEN) {
                channel.carryPaths();
                sender.send(last().index(), 0, new Extend2(target.linkSpecifiers(), type, handshake.onionskin()));
            }
            return done;
        } finally {
            afterUnlock.unlock();
        }
    }

    private CompletableFuture<Void> begin(ClientHandshake handshake, HopHandshake.Answer answer, HopTarget target) {
        if (state == State.CLOSED) {
            handshake.close();
            return failed(cause);
        }
        return handshakes.begin(handshake, answer, target);
    }

    private static <T> CompletableFuture<T> failed(CircuitException why) {
        CompletableFuture<T> failed = new CompletableFuture<>();
        failed.completeExceptionally(why);
        return failed;
    }

    static CircuitException noRandomness(RandomnessException e) {
        return new CircuitException(CircuitException.Kind.LOCAL, NO_RANDOMNESS, e);
    }

    /** Under the lock: what answers a handshake has come. */
    void finishHop(HopHandshake.Answer answer, Bytes reply) throws ProtocolViolation {
        try {
            add(handshakes.finish(answer, reply, hops.size()));
        } catch (HandshakeException e) {
            closeLocked(
                    new CircuitException(CircuitException.Kind.HANDSHAKE, "a handshake failed", e),
                    Notice.SEND_DESTROY);
        }
    }

    private void add(Hop hop) {
        hops.forEach(Hop::forgetKh); // no longer the last ones
        hops = ImmutableList.<Hop>builder().addAll(hops).add(hop).build();
        sender.use(circuitId, hops);
    }

    // Onion services.

    /**
     * Sends a message to the last hop as a whole; completes with the answer of that hop, or exceptionally with a {@link
     * CircuitException}. Answers that nobody waits for close the circuit, except those that came too late for one who
     * has cancelled the future.
     *
     * @param answer the command of the answer, which nobody waits for yet
     */
    public CompletableFuture<RelayMessage> ask(RelayMessage question, RelayCommand answer) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return failed(cause);
            }
            CompletableFuture<RelayMessage> answered = conversation.await(answer, () -> {});
            sender.send(last().index(), 0, question);
            return answered;
        } finally {
            afterUnlock.unlock();
        }
    }

    /**
     * Asks the second hop, which must know such machines, to pad the circuit, and pads it ourselves. Once at most, and not
     * on circuits of less than three hops. No effect if the circuit is closed.
     */
    public void pad(PaddingMachine machine, OwnPadding own) {
        lock.lock();
        try {
            if (state == State.OPEN) {
                checkState(hops.size() > CircuitPadding.HOP + 1, "a circuit of %s hops", hops.size());
                padding.start(machine, own, message -> sender.send(CircuitPadding.HOP, 0, message));
            }
        } finally {
            afterUnlock.unlock();
        }
    }

    /**
     * From now on the last hop may send RENDEZVOUS2; what finishes the handshake then becomes the next hop, in the same
     * step. To be called just before INTRODUCE1 goes out elsewhere, and never earlier: a rendezvous point could answer
     * in the service's place. A second call takes the place of the first, whose future is cancelled. Otherwise like
     * {@link #create}.
     */
    public CompletableFuture<Void> meet(HsNtorClient handshake) {
        lock.lock();
        try {
            if (state == State.OPEN) {
                last();
            }
            return begin(handshake, HopHandshake.Answer.RENDEZVOUS2, null);
        } finally {
            afterUnlock.unlock();
        }
    }

    /**
     * Asks the last hop to be an introduction point: sends ESTABLISH_INTRO, authenticated by what the handshake with
     * that hop left for this, once; to be called once at most. From INTRO_ESTABLISHED on, that hop may send INTRODUCE2
     * any number of times.
     *
     * @param authKey the introduction point's authentication key, which stays the caller's
     * @param introductions gets them in order, without locks, on the channel's reader thread: it must not block
     * @return completes with the answer, or exceptionally with a {@link CircuitException}
     */
    public CompletableFuture<IntroEstablished> establishIntroduction(
            Ed25519Signer authKey, ImmutableList<MessageExtension> extensions, Consumer<Introduce2> introductions) {
        CompletableFuture<IntroEstablished> established = new CompletableFuture<>();
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return failed(cause);
            }
            Hop last = last();
            EstablishIntro message;
            try (SecretBytes kh = last.takeKh()) {
                message = EstablishIntro.signed(authKey, extensions, kh);
            }
            conversation
                    .await(
                            RelayCommand.INTRO_ESTABLISHED,
                            () -> conversation.hear(RelayCommand.INTRODUCE2, m -> introductions.accept((Introduce2) m)))
                    .whenComplete((answer, failure) -> {
                        if (failure == null) {
                            established.complete((IntroEstablished) answer);
                        } else {
                            established.completeExceptionally(failure);
                        }
                    });
            sender.send(last.index(), 0, message);
            return established;
        } finally {
            afterUnlock.unlock();
        }
    }

    /**
     * As an onion service, meets a client at the rendezvous point that the last hop is: sends RENDEZVOUS1, and makes the
     * client the next hop in the same step. From then on that hop, and no other, may open streams; nobody else can be
     * asked for anything on this circuit.
     *
     * @param cookie RENDEZVOUS_COOKIE, 20 bytes
     * @param answer the service's part of the handshake with the client, which this closes whatever happens
     * @throws CircuitException if the circuit is closed
     */
    public void join(Bytes cookie, ServerReply answer, StreamAcceptor acceptor, StreamLimit limit)
            throws CircuitException {
        lock.lock();
        try (answer) {
            checkOpen();
            checkState(!handshakes.isUnderWay(), "the last hop is not there yet");
            sender.send(last().index(), 0, Rendezvous1.padded(cookie, answer.reply(), random));
            checkOpen(); // sending may have failed
            add(handshakes.client(answer.keys(), hops.size()));
            input.join(new IncomingStreams(this, acceptor, limit, streams, sender, afterUnlock));
        } catch (RandomnessException e) {
            closeLocked(noRandomness(e), Notice.SEND_DESTROY);
            throw noRandomness(e);
        } finally {
            afterUnlock.unlock();
        }
    }

    // Streams.

    /**
     * Opens a stream through the last hop: {@link DataStream#connected} tells when it is open, and until then data may
     * be written already.
     *
     * @throws CircuitException if the circuit is closed, or, with kind LIMIT, has no stream ID left
     */
    public DataStream openStream(Begin begin) throws CircuitException {
        boolean toService = begin.address().isEmpty();
        return openStream(begin, toService ? DataStream.Kind.SERVICE : DataStream.Kind.EXIT);
    }

    /** Opens a stream to the directory that the last hop is. Otherwise like {@link #openStream(Begin)}. */
    public DataStream openDirectory() throws CircuitException {
        return openStream(new BeginDir(), DataStream.Kind.DIRECTORY);
    }

    private DataStream openStream(RelayMessage begin, DataStream.Kind kind) throws CircuitException {
        lock.lock();
        try {
            checkOpen();
            int hop = last().index();
            DataStream stream = streams.newStream(kind, hop);
            if (stream == null) {
                throw noStreamId();
            }
            noteTraffic();
            sender.sendInTurn(hop, stream.streamId(), begin, stream::onBegun);
            checkOpen(); // sending may have failed
            return stream;
        } finally {
            afterUnlock.unlock();
        }
    }

    /**
     * Asks the last hop to look up a name, or the name of an address. Completes with its answer, or exceptionally with a
     * {@link StreamException}. Whoever cancels the future gives the look-up up.
     *
     * @throws CircuitException if the circuit is closed, or, with kind LIMIT, has no stream ID left
     */
    public CompletableFuture<Resolved> resolve(Resolve question) throws CircuitException {
        CompletableFuture<Resolved> answer = new CompletableFuture<>();
        int id;
        lock.lock();
        try {
            checkOpen();
            int hop = last().index();
            id = streams.newResolve(hop, answer);
            if (id == 0) {
                throw noStreamId();
            }
            noteTraffic();
            sender.sendInTurn(hop, id, question, () -> {});
            checkOpen(); // sending may have failed
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

    /** Under the lock: a stream opens. */
    void noteTraffic() {
        if (hops.size() > 1) {
            channel.carryTraffic();
        }
    }

    private void forgetResolve(int id, CompletableFuture<Resolved> answer) {
        lock.lock();
        try {
            streams.forgetResolve(id, answer);
        } finally {
            afterUnlock.unlock();
        }
    }

    private static CircuitException noStreamId() {
        return new CircuitException(CircuitException.Kind.LIMIT, "the circuit has no stream ID left");
    }

    private void checkOpen() throws CircuitException {
        if (state == State.CLOSED) {
            throw new CircuitException(cause.kind(), "the circuit is closed", cause);
        }
    }

    // Closing.

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

    /** The same under the lock. */
    void closeLocked(CircuitException why, Notice notice) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        cause = why;
        log.debug("a circuit of {} hops is closed: {}", hops.size(), why.getMessage());
        if (notice == Notice.SEND_DESTROY && knownToRelay) {
            byte[] body = new byte[ClientHopCrypto.BODY_LEN];
            new Destroy(DestroyReason.NONE).encode(new WireWriter(body, 0, body.length));
            destroy(body);
        } else {
            channel.detach(circuitId);
        }
        handshakes.fail(why);
        conversation.fail(why);
        streams.closeAll(why);
        hops.forEach(Hop::close);
        sender.end();
        input.end();
        afterUnlock.add(() -> closed.complete(why));
    }

    /** Thousands may be closed at once: the link's other circuits must not suffer. The ID is ours until the relay is told. */
    private void destroy(byte[] body) {
        if (channel.isCalm()) {
            channel.send(circuitId, CellCommand.DESTROY, body, 0);
            channel.detach(circuitId);
        } else {
            channel.whenCalm(() -> destroy(body));
        }
    }

    private void giveUpForMemory() {
        closeLocked(
                new CircuitException(CircuitException.Kind.MEMORY, "too much had arrived that nobody read"),
                Notice.SEND_DESTROY);
    }

    /** Called by the channel, when it has room for what waits. */
    private void flush() {
        lock.lock();
        try {
            sender.flush();
        } finally {
            afterUnlock.unlock();
        }
    }
}
