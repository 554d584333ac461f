package org.onion4j.circuit.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.Uninterruptibles;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.CircuitParameters;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Extend2;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.DirectConnector;
import org.onion4j.circuit.runtime.MemoryQuota;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.circuit.runtime.ThreadScheduler;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;

/**
 * One client channel to one {@link ScriptedRelay}, for tests of circuits and streams. As a static field it lives as long
 * as the test class, as an instance field as long as one test. After each test it closes the circuits that the test made
 * and fails the test if one of them, or a stream, is left, if an honest bystander circuit doesn't work any more, or if
 * the library logged a warning or an error; at the end of its life if a thread is left.
 */
public final class CircuitFixture
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
    /** What the channel's queue takes of data. */
    public static final int QUEUE_BYTES = 128 * Channel.CELL_LEN;

    private static final Begin BEGIN = new Begin("example.com", 80, 0);

    /** RSA keys take long to make: one set for all tests. */
    private static final class Keys {
        static final ImmutableList<RelayKeys> ALL = make();

        private static ImmutableList<RelayKeys> make() {
            RandomSource random = new SeededRandom(11);
            Instant now = Clock.systemUTC().instant();
            return ImmutableList.of(new RelayKeys(now, random), new RelayKeys(now, random), new RelayKeys(now, random));
        }
    }

    private SocketConnector connector = new DirectConnector();
    private RandomSource random = new SeededRandom(12);
    private long memoryBytes = Long.MAX_VALUE;
    private boolean ofClass;
    private boolean channelMayEnd;
    private volatile RelayScript script = RelayScript.honest();
    private List<Thread> threads;
    private List<Throwable> uncaught;
    private List<Circuit> circuits;
    private ConcurrentMap<Integer, BlockingQueue<ReceivedCell>> destroys;
    private ByteArrayOutputStream log;
    private PrintStream stderr;
    private ThreadScheduler scheduler;
    private ChannelEnvironment environment;
    private ScriptedRelay relay;
    private Channel channel;
    private Stream bystander; // open, on a circuit of its own, which no test may harm

    /** Lets the client connect in another way than straight. For an instance field, before the test begins. */
    public CircuitFixture connector(SocketConnector value) {
        connector = value;
        return this;
    }

    /** Gives the client other randomness than its own. For an instance field, before the test begins. */
    public CircuitFixture random(RandomSource value) {
        random = value;
        return this;
    }

    /** Lets the client's buffers hold so many bytes together. For an instance field, before the test begins. */
    public CircuitFixture memory(long bytes) {
        memoryBytes = bytes;
        return this;
    }

    /** What the relay does from now until the end of the test; else it is honest. */
    @CanIgnoreReturnValue
    public CircuitFixture script(RelayScript value) {
        script = value;
        return this;
    }

    /** The test ends the channel: nothing is expected of it afterwards. Not where the fixture is the class's. */
    public void channelMayEnd() {
        assertThat(ofClass).isFalse();
        channelMayEnd = true;
    }

    /** The channel is gone: from now on there is another one to the same relay. */
    public void reopenChannel() throws Exception {
        get(channel.closed());
        get(bystander.client().closed());
        channelMayEnd = false;
        openChannelAndBystander();
    }

    private void openChannelAndBystander() throws Exception {
        channel = openChannel();
        Built built = fast();
        circuits.remove(built.circuit());
        bystander = built.open();
    }

    public ScriptedRelay relay() {
        return relay;
    }

    public Channel channel() {
        return channel;
    }

    /** The relay's end of the channel. */
    public ScriptedLink link() {
        return bystander.hop().circuit().link();
    }

    public RandomSource random() {
        return random;
    }

    // Circuits.

    /** How a circuit of the client extends to the relay of an index. */
    public HopTarget target(int index, HopTarget.Handshake handshake) throws IOException {
        RelayKeys keys = relay.relays().get(index);
        return new HopTarget(
                keys.rsaIdentity(),
                Optional.of(keys.ed25519Identity()),
                keys.ntorOnionKey(),
                (Inet4Address) InetAddress.getByAddress(new byte[] {127, 0, 0, 1}),
                9001 + index,
                handshake,
                false);
    }

    /** A circuit without hops. */
    public Circuit newCircuit() throws Exception {
        return newCircuit(CircuitParameters.DEFAULT);
    }

    public Circuit newCircuit(CircuitParameters parameters) throws Exception {
        Circuit circuit = Circuit.on(channel, parameters, random, Ticker.systemTicker());
        circuits.add(circuit);
        return circuit;
    }

    /** A circuit of one hop, by CREATE_FAST. */
    public Built fast() throws Exception {
        return fast(CircuitParameters.DEFAULT);
    }

    public Built fast(CircuitParameters parameters) throws Exception {
        Circuit circuit = newCircuit(parameters);
        get(circuit.createFast());
        return new Built(this, circuit, relayEnd());
    }

    /** A circuit of one to three hops, by ntor, ntor-v3 and ntor. */
    public Built build(int hops) throws Exception {
        Circuit circuit = newCircuit();
        get(circuit.create(target(0, HopTarget.Handshake.NTOR)));
        Built built = new Built(this, circuit, relayEnd());
        for (int i = 1; i < hops; i++) {
            get(circuit.extend(target(i, i == 1 ? HopTarget.Handshake.NTOR_V3 : HopTarget.Handshake.NTOR)));
        }
        return built;
    }

    private ScriptedCircuit relayEnd() throws InterruptedException {
        ScriptedCircuit created = relay.awaitCircuit();
        assertThat(created.hops()).hasSize(1);
        return created;
    }

    /** A circuit with both its ends. */
    public record Built(CircuitFixture fixture, Circuit circuit, ScriptedCircuit relay) {
        public ScriptedHop hop(int index) {
            return relay.hop(index);
        }

        public ScriptedHop last() {
            return relay.lastHop();
        }

        /** A stream that waits for CONNECTED; the relay has its BEGIN. */
        public Stream begin() throws Exception {
            DataStream stream = circuit.openStream(BEGIN);
            awaitMessage(Begin.class, stream.streamId());
            return new Stream(fixture, stream, last());
        }

        /** A stream that is open. */
        public Stream open() throws Exception {
            Stream stream = begin();
            stream.connect();
            return stream;
        }

        /** Waits for the next message of a type, which must be one of this circuit and this stream. */
        public ReceivedMessage awaitMessage(Class<? extends RelayMessage> type, int streamId) throws Exception {
            ReceivedMessage message = fixture.relay.awaitMessage(type);
            assertThat(message.streamId()).isEqualTo(streamId);
            assertThat(message.hop().circuit()).isSameAs(relay);
            return message;
        }

        /** All messages that the client sent before now on this circuit, which closes. */
        public List<ReceivedMessage> closeAndTakeMessages() throws Exception {
            circuit.close();
            fixture.awaitDestroy(this);
            return fixture.relay.takeMessages().stream()
                    .filter(m -> m.hop().circuit() == relay)
                    .toList();
        }
    }

    /** A stream with both its ends. */
    public record Stream(CircuitFixture fixture, DataStream client, ScriptedHop hop) {
        public int id() {
            return client.streamId();
        }

        public void connect() throws Exception {
            hop.send(id(), Connected.to(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 7}), 60));
            get(client.connected());
        }

        /** Reads until that many bytes are here. */
        public byte[] read(int length) throws IOException {
            byte[] bytes = new byte[length];
            int done = 0;
            while (done < length) {
                int count = client.read(bytes, done, length - done);
                assertThat(count).isPositive();
                done += count;
            }
            return bytes;
        }
    }

    // Waiting. All of it is bounded.

    /** The result of a future. */
    public static <T> T get(Future<T> future) throws Exception {
        try {
            return future.get(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("nothing came", e);
        }
    }

    /** How a future failed. */
    public static Throwable failure(Future<?> future) throws Exception {
        try {
            Object result = future.get(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("succeeded with " + result);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("nothing came", e);
        }
    }

    /** How a circuit ended, or a step of building it. */
    public static CircuitException circuitFailure(Future<?> future) throws Exception {
        return (CircuitException) failure(future);
    }

    /** How a stream ended. */
    public static StreamException streamFailure(Future<?> future) throws Exception {
        return (StreamException) failure(future);
    }

    /** Why a circuit closed. */
    public static CircuitException.Kind closedKind(Circuit circuit) throws Exception {
        return get(circuit.closed()).kind();
    }

    /** Waits for the client's DESTROY, which never says why and comes once. */
    public void awaitDestroy(Built built) throws Exception {
        ReceivedCell cell = destroysOf(built).poll(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(cell).as("DESTROY").isNotNull();
        assertThat(cell.message()).isEqualTo(new Destroy(DestroyReason.NONE));
        assertThat(cell.body().toArray()).containsOnly(0);
        assertThat(destroysOf(built)).isEmpty();
    }

    /** The DESTROY cells of the client that nobody has waited for. */
    public BlockingQueue<ReceivedCell> destroysOf(Built built) {
        return destroys.computeIfAbsent(built.relay().circuitId(), id -> new LinkedBlockingQueue<>());
    }

    /** The circuit was closed since a relay broke the rules, and the relay was told nothing but that it is closed. */
    public void assertClosedAsProtocol(Built built) throws Exception {
        CircuitException cause = get(built.circuit().closed());
        assertThat(cause.kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
        assertThat(cause.reason()).isEmpty();
        awaitDestroy(built);
    }

    /** Returns once the client has handled all that the relay has sent so far; another circuit tells. */
    public void awaitHandled() throws Exception {
        bystander.hop().sendData(bystander.id(), new byte[] {42});
        assertThat(bystander.read(1)).containsExactly(42);
    }

    /** Returns once a writer has filled the channel's queue, of which nothing leaves, and waits. */
    public void awaitQueueFull(Running<?> writer) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(ScriptedRelay.PATIENCE_SECONDS);
        while (channel.queuedBytes() < QUEUE_BYTES) {
            assertThat(System.nanoTime()).isLessThan(until);
            writer.thread().join(1);
        }
        writer.awaitBlocked();
    }

    /** Drops what the relay has kept of what the client has sent so far. */
    private void awaitHandledByRelay() throws Exception {
        bystander.client().write(new byte[] {43}, 0, 1);
        ScriptedHop hop;
        do {
            hop = relay.awaitMessage().hop();
        } while (hop != bystander.hop());
    }

    /** Runs something on a thread that must have ended when the test ends. */
    public <T> Running<T> run(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = newThread(future);
        thread.start();
        return new Running<>(thread, future);
    }

    /** Something that another thread does. */
    public record Running<T>(Thread thread, Future<T> result) {
        /** Returns once the thread waits for something, without which the test would not show that it is woken. */
        public void awaitBlocked() throws InterruptedException {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(ScriptedRelay.PATIENCE_SECONDS);
            while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(thread.getState()).isNotEqualTo(Thread.State.TERMINATED);
                assertThat(System.nanoTime()).isLessThan(until);
                thread.join(1);
            }
        }
    }

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "fixture-" + threads.size());
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
        threads.add(thread);
        return thread;
    }

    /** What the library has logged, which then counts as expected. */
    public String takeLog() {
        String taken = log.toString(StandardCharsets.UTF_8);
        log.reset();
        return taken;
    }

    // Its life.

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        ofClass = true;
        open();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        if (!ofClass) {
            open();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            closeCircuits();
            script = RelayScript.honest();
            if (!channelMayEnd) {
                awaitHandled();
                awaitHandledByRelay();
                relay.assertNoFailures();
            }
            relay.takeCells();
            destroys.clear();
        } finally {
            if (!ofClass) {
                close();
            }
        }
        assertThat(uncaught).isEmpty();
        assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("org.onion4j");
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (ofClass) {
            close();
        }
    }

    private void open() throws Exception {
        threads = new CopyOnWriteArrayList<>();
        uncaught = new CopyOnWriteArrayList<>();
        circuits = new CopyOnWriteArrayList<>();
        destroys = new ConcurrentHashMap<>();
        stderr = System.err;
        log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        scheduler = new ThreadScheduler(this::newThread);
        ScriptedRelay.Builder builder = ScriptedRelay.builder().script(new Script());
        Keys.ALL.forEach(builder::relay);
        relay = builder.start();
        environment = new ChannelEnvironment(
                connector,
                Clock.systemUTC(),
                Ticker.systemTicker(),
                random,
                scheduler,
                this::newThread,
                Duration.ofSeconds(ScriptedRelay.PATIENCE_SECONDS),
                Activity.NONE,
                new MemoryQuota(memoryBytes, Ticker.systemTicker(), scheduler));
        openChannelAndBystander();
    }

    private Channel openChannel() throws Exception {
        ChannelTarget target = new ChannelTarget(
                relay.address(),
                relay.keys().rsaIdentity(),
                Optional.of(relay.keys().ed25519Identity()));
        return get(Channel.open(target, environment).opened());
    }

    private void closeCircuits() throws Exception {
        List<CompletableFuture<CircuitException>> ends = new ArrayList<>();
        for (Circuit circuit : circuits) {
            circuit.close();
            ends.add(circuit.closed());
        }
        for (CompletableFuture<CircuitException> end : ends) {
            get(end);
        }
        for (Circuit circuit : circuits) {
            assertThat(circuit.isOpen()).isFalse();
            assertThat(circuit.streamCount()).isZero();
        }
        circuits.clear();
        if (!channelMayEnd) {
            assertThat(channel.isOpen()).isTrue();
        }
        assertThat(channel.circuitCount()).isLessThanOrEqualTo(1);
    }

    private void close() throws Exception {
        channel.close();
        get(channel.closed());
        get(bystander.client().closed());
        assertThat(channel.circuitCount()).isZero();
        scheduler.close();
        relay.close();
        for (Thread thread : threads) {
            if (thread.getState() != Thread.State.NEW) {
                Uninterruptibles.joinUninterruptibly(thread, Duration.ofSeconds(ScriptedRelay.PATIENCE_SECONDS));
            }
            assertThat(thread.isAlive()).as("%s is left", thread).isFalse();
        }
        System.setErr(stderr);
        stderr.print(log.toString(StandardCharsets.UTF_8));
    }

    /** Hands on to the test's script, and notes how circuits end. */
    private final class Script implements RelayScript {
        @Override
        public void onConnect(ScriptedRelay r, Socket socket) throws Exception {
            script.onConnect(r, socket);
        }

        @Override
        public void onLink(ScriptedLink l) throws Exception {
            script.onLink(l);
        }

        @Override
        public void onCell(ReceivedCell cell) throws Exception {
            if (cell.command().equals(CellCommand.DESTROY)) {
                destroys.computeIfAbsent(cell.circuitId(), id -> new LinkedBlockingQueue<>())
                        .add(cell);
            }
            script.onCell(cell);
        }

        @Override
        public void onCreate(ScriptedLink l, int circuitId, ChannelMessage create) throws Exception {
            script.onCreate(l, circuitId, create);
        }

        @Override
        public void onExtend(ScriptedHop hop, Extend2 extend) throws Exception {
            script.onExtend(hop, extend);
        }

        @Override
        public void onSendme(ScriptedHop hop, int streamId, Sendme sendme) throws Exception {
            script.onSendme(hop, streamId, sendme);
        }

        @Override
        public void onMessage(ScriptedHop hop, int streamId, RelayMessage message) throws Exception {
            script.onMessage(hop, streamId, message);
        }

        @Override
        public void onUnrecognized(ScriptedCircuit circuit) throws IOException {
            script.onUnrecognized(circuit);
        }
    }
}
