package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.runtime.DirectConnector;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.circuit.testing.RelayKeys;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.circuit.testing.VirtualTime;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.crypto.random.SystemRandom;
import org.onion4j.crypto.testing.BreakableRandom;
import org.onion4j.crypto.testing.SeededRandom;

/** What the machine does to a channel: T83, T90, writers that are stuck, sockets of other kinds. */
@Timeout(60)
class ChannelFaultTest {
    private static RelayKeys keys;

    private ScriptedRelay relay;

    @BeforeAll
    static void makeKeys() {
        keys = new RelayKeys(Instant.now(), new SeededRandom(9));
    }

    @BeforeEach
    void startRelay() throws IOException {
        relay = ScriptedRelay.builder().relay(keys).count(1).start();
    }

    @AfterEach
    void stopRelay() throws IOException {
        relay.close();
        relay.assertNoFailures();
    }

    private static ChannelException failure(Channel channel) {
        ChannelException failure = (ChannelException) TestEnvironment.failure(channel.opened());
        assertThat(TestEnvironment.get(channel.closed())).isSameAs(failure);
        return failure;
    }

    /** Answers each cell with one of its own, from the reader. */
    private static final class Echo implements CellHandler {
        final AtomicInteger batches = new AtomicInteger();
        final CompletableFuture<ChannelException> closed = new CompletableFuture<>();
        volatile Channel channel;
        volatile int id;

        @Override
        public void onCell(int command, byte[] buffer, int offset) {
            channel.send(id, CellCommand.DESTROY, buffer, offset);
        }

        @Override
        public void onBatchEnd() {
            batches.incrementAndGet();
        }

        @Override
        public void onChannelClosed(ChannelException cause) {
            closed.complete(cause);
        }
    }

    private static Echo attachEcho(Channel channel) throws ChannelException {
        Echo echo = new Echo();
        echo.channel = channel;
        echo.id = channel.attach(echo);
        return echo;
    }

    private void assertEchoes(Channel channel, ScriptedLink link) throws Exception {
        Echo echo = attachEcho(channel);
        for (int i = 0; i < 3; i++) {
            link.send(echo.id, CellCommand.RELAY, new byte[CellFrame.CELL_BODY_LEN]);
            assertThat(relay.awaitCell(CellCommand.DESTROY).circuitId()).isEqualTo(echo.id);
        }
        assertThat(echo.batches.get()).isPositive();
        channel.close();
        TestEnvironment.get(echo.closed);
        relay.awaitLinkEnd();
    }

    /** A socket that says nothing of batches, as connectors of other makes give them. */
    @Test
    void plainSocket_sendsWhatTheReaderAnswers() throws Exception {
        SocketConnector plain = (address, timeout) -> {
            Socket socket = new Socket();
            socket.connect(address, timeout);
            return socket;
        };
        try (TestEnvironment environment =
                TestEnvironment.builder().connector(plain).build()) {
            Channel channel = environment.openNow(relay);
            assertEchoes(channel, relay.awaitLink());
        }
    }

    @Test
    void ownSocket_sendsWhatTheReaderAnswers() throws Exception {
        try (TestEnvironment environment = new TestEnvironment()) {
            Channel channel = environment.openNow(relay);
            assertEchoes(channel, relay.awaitLink());
        }
    }

    // T90: randomness.

    @Test
    void t90_failingRandomness_opensNoChannel() throws Exception {
        BreakableRandom random = new BreakableRandom();
        random.fail();
        try (TestEnvironment environment =
                TestEnvironment.builder().random(random).build()) {
            ChannelException failure = failure(environment.open(relay));
            assertThat(failure.kind()).isEqualTo(ChannelException.Kind.LOCAL);
            assertThat(failure).hasCauseInstanceOf(RandomnessException.class);
            ChannelManager manager = new ChannelManager(environment.environment());
            assertThat(TestEnvironment.failure(manager.get(TestEnvironment.target(relay))))
                    .isInstanceOfSatisfying(
                            ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.LOCAL));
            assertThat(manager.channels()).isEmpty();
            random.repair();
            manager.get(TestEnvironment.target(relay)).join();
            manager.close();
        }
        relay.awaitLinkEnd(); // of the channel
        relay.awaitLinkEnd(); // of the one that came no further than TCP
    }

    @Test
    void t90_failingRandomness_attachesNoCircuit() throws Exception {
        BreakableRandom random = new BreakableRandom();
        try (TestEnvironment environment =
                TestEnvironment.builder().random(random).build()) {
            Channel channel = environment.openNow(relay);
            random.fail();
            assertThatThrownBy(() -> attachEcho(channel))
                    .isInstanceOfSatisfying(
                            ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.LOCAL))
                    .hasCauseInstanceOf(RandomnessException.class);
            assertThat(channel.circuitCount()).isZero();
            channel.close();
        }
        assertThat(relay.awaitLinkEnd().received(CellCommand.CREATE2)).isZero();
    }

    /** A source that repeats itself must not make the search for an unused circuit ID endless. */
    @Test
    void t90_repeatingRandomness_givesNoSecondCircuit() throws Exception {
        AtomicBoolean repeats = new AtomicBoolean();
        RandomSource real = new SystemRandom();
        RandomSource random = target -> {
            if (!repeats.get()) {
                real.nextBytes(target);
            }
        };
        try (TestEnvironment environment =
                TestEnvironment.builder().random(random).build()) {
            Channel channel = environment.openNow(relay);
            repeats.set(true);
            attachEcho(channel);
            assertThatThrownBy(() -> attachEcho(channel))
                    .isInstanceOfSatisfying(
                            ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.LOCAL));
            channel.close();
        }
        relay.awaitLinkEnd();
    }

    // T83: resources.

    @Test
    void t83_noThreadForTheReader_failsTheChannelAlone() {
        try (TestEnvironment environment = TestEnvironment.builder()
                .threads(real -> {
                    throw new OutOfMemoryError("unable to create native thread");
                })
                .build()) {
            assertThat(failure(environment.open(relay)).kind()).isEqualTo(ChannelException.Kind.LOCAL);
        }
    }

    @Test
    void t83_noThreadForTheWriter_failsTheChannelAlone() throws Exception {
        AtomicInteger made = new AtomicInteger();
        try (TestEnvironment environment = TestEnvironment.builder()
                .threads(real -> {
                    if (made.incrementAndGet() > 1) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    return real.get();
                })
                .build()) {
            assertThat(failure(environment.open(relay)).kind()).isEqualTo(ChannelException.Kind.LOCAL);
        }
        relay.awaitLinkEnd();
    }

    @Test
    void t83_noDescriptorForASocket_isNoFaultOfTheRelay() {
        SocketConnector none = (address, timeout) -> {
            throw new SocketException("Too many open files");
        };
        try (TestEnvironment environment =
                TestEnvironment.builder().connector(none).build()) {
            assertThat(failure(environment.open(relay)).kind()).isEqualTo(ChannelException.Kind.LOCAL);
        }
    }

    @Test
    void t83_handlerThatFails_endsTheChannelAndOthersHearOfIt() throws Exception {
        try (TestEnvironment environment = new TestEnvironment()) {
            Channel channel = environment.openNow(relay);
            List<ChannelException> told = new CopyOnWriteArrayList<>();
            CellHandler failing = new CellHandler() {
                @Override
                public void onCell(int command, byte[] buffer, int offset) {
                    throw new OutOfMemoryError("Java heap space");
                }

                @Override
                public void onBatchEnd() {}

                @Override
                public void onChannelClosed(ChannelException cause) {
                    told.add(cause);
                    throw new IllegalStateException("at the end, too");
                }
            };
            int id = channel.attach(failing);
            channel.attach(failing);
            Echo echo = attachEcho(channel);
            relay.awaitLink().send(id, CellCommand.RELAY, new byte[CellFrame.CELL_BODY_LEN]);
            assertThat(TestEnvironment.get(echo.closed).kind()).isEqualTo(ChannelException.Kind.LOCAL);
            assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.LOCAL);
            assertThat(told).hasSize(2);
        }
        relay.awaitLinkEnd();
    }

    // A relay that doesn't read: the socket's output blocks when it is told to, until the socket is closed.

    private static final class BlockingConnector implements SocketConnector {
        final CountDownLatch blocked = new CountDownLatch(1);
        final AtomicBoolean blocks = new AtomicBoolean();

        @Override
        public Socket connect(InetSocketAddress address, int timeoutMillis) throws IOException {
            CountDownLatch closed = new CountDownLatch(1);
            Socket socket = new Socket() {
                @Override
                public OutputStream getOutputStream() throws IOException {
                    return new FilterOutputStream(super.getOutputStream()) {
                        @Override
                        public void write(byte[] bytes, int offset, int length) throws IOException {
                            if (blocks.get()) {
                                blocked.countDown();
                                awaitClosed(closed);
                                throw new SocketException("Socket closed");
                            }
                            out.write(bytes, offset, length);
                        }
                    };
                }

                @Override
                public synchronized void close() throws IOException {
                    super.close();
                    closed.countDown();
                }
            };
            socket.connect(address, timeoutMillis);
            return socket;
        }

        private static void awaitClosed(CountDownLatch closed) throws IOException {
            try {
                closed.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    private static void blockWriter(Channel channel, BlockingConnector connector) throws Exception {
        connector.blocks.set(true);
        channel.send(0, CellCommand.PADDING, new byte[509], 0);
        assertThat(connector.blocked.await(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void close_withAStuckWriter_returnsAndIsDoneAfterTheFlushTime() throws Exception {
        VirtualTime time = new VirtualTime();
        BlockingConnector connector = new BlockingConnector();
        try (TestEnvironment environment =
                TestEnvironment.builder().time(time).connector(connector).build()) {
            Channel channel = environment.openNow(relay);
            Echo echo = attachEcho(channel);
            blockWriter(channel, connector);
            channel.close();
            channel.close();
            assertThat(channel.isOpen()).isFalse();
            assertThat(channel.closed()).isNotDone();
            time.advance(Duration.ofSeconds(2));
            assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
            assertThat(TestEnvironment.get(echo.closed).kind()).isEqualTo(ChannelException.Kind.CLOSED);
        }
        relay.awaitLinkEnd();
        assertThat(time.timers()).isZero();
    }

    @Test
    void queueAtItsBound_endsTheChannel() throws Exception {
        BlockingConnector connector = new BlockingConnector();
        try (TestEnvironment environment =
                TestEnvironment.builder().connector(connector).build()) {
            Channel channel = environment.openNow(relay);
            blockWriter(channel, connector);
            for (int i = 0; i <= OutgoingQueue.HARD_CELLS; i++) {
                channel.send(0, CellCommand.PADDING, new byte[509], 0);
            }
            assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.LOST);
        }
        relay.awaitLinkEnd();
    }

    @Test
    void stuckWriter_isGivenUpByTheManagerInTheEnd() throws Exception {
        VirtualTime time = new VirtualTime();
        BlockingConnector connector = new BlockingConnector();
        try (TestEnvironment environment =
                TestEnvironment.builder().time(time).connector(connector).build()) {
            ChannelManager manager = new ChannelManager(environment.environment());
            Channel channel = TestEnvironment.get(manager.get(TestEnvironment.target(relay)));
            attachEcho(channel);
            blockWriter(channel, connector);
            time.advance(Duration.ofMinutes(45));
            assertThat(channel.isOpen()).isTrue();
            time.advance(Duration.ofMinutes(15));
            assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.LOST);
            manager.close();
        }
        relay.awaitLinkEnd();
    }

    /** What is sent while the channel closes is dropped; what was queued before still goes out. */
    @Test
    void sendAfterClose_doesNotCutOffWhatWasQueued() throws Exception {
        for (int round = 0; round < 20; round++) {
            try (TestEnvironment environment =
                    TestEnvironment.builder().connector(new DirectConnector()).build()) {
                Channel channel = environment.openNow(relay);
                for (int i = 0; i < 500; i++) {
                    channel.send(0, CellCommand.PADDING, new byte[509], 0);
                }
                channel.close();
                channel.send(0, CellCommand.PADDING, new byte[509], 0);
                TestEnvironment.get(channel.closed());
            }
            assertThat(relay.awaitLinkEnd().received(CellCommand.PADDING)).isEqualTo(500);
        }
    }
}
