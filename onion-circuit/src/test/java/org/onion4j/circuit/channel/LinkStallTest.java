package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.circuit.testing.RelayKeys;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;
import org.onion4j.circuit.testing.VirtualTime;
import org.onion4j.crypto.testing.SeededRandom;

/** T04: a relay that stalls, or gives one byte a second, before any of the things it has to send. */
@Timeout(60)
class LinkStallTest {
    private static RelayKeys keys;

    private final VirtualTime time = new VirtualTime();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final Semaphore drips = new Semaphore(0);

    @BeforeAll
    static void makeKeys() {
        keys = new RelayKeys(Instant.now(), new SeededRandom(8));
    }

    /** Sends the first cells of the handshake, and the rest as slowly as it may. */
    private RelayScript stallingAfter(int cells) {
        return new RelayScript() {
            @Override
            public void onLink(ScriptedLink link) throws Exception {
                byte[][] all = {link.versions(), link.certs(), link.authChallenge(), link.netinfo()};
                for (int i = 0; i < cells; i++) {
                    link.sendRaw(all[i]);
                }
                reached.countDown();
                for (int i = cells; i < all.length; i++) {
                    for (byte one : all[i]) {
                        drips.acquire();
                        link.sendRaw(new byte[] {one});
                    }
                }
            }
        };
    }

    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "1,0", "1,1", "2,0", "2,1", "3,0", "3,1"})
    void t04_stallOrDripInTheLinkHandshake_failsAtTheDeadline(int cells, int bytesASecond) throws Exception {
        try (ScriptedRelay relay = ScriptedRelay.builder()
                        .relay(keys)
                        .count(1)
                        .script(stallingAfter(cells))
                        .start();
                TestEnvironment environment =
                        TestEnvironment.builder().time(time).build()) {
            assertFailsAtTheDeadline(environment.open(relay), bytesASecond);
        }
    }

    /** With 0 bytes the relay is silent from the accept on, with more in the middle of its first TLS flight. */
    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "40,0", "40,1"})
    void t04_stallOrDripInTls_failsAtTheDeadline(int bytes, int bytesASecond) throws Exception {
        try (ScriptedRelay relay = ScriptedRelay.builder().relay(keys).count(1).start();
                SlowDoor door = new SlowDoor(relay, bytes);
                TestEnvironment environment =
                        TestEnvironment.builder().time(time).build()) {
            ChannelTarget straight = TestEnvironment.target(relay);
            ChannelTarget target =
                    new ChannelTarget(door.address(), straight.rsaIdentity(), straight.ed25519Identity());
            assertFailsAtTheDeadline(Channel.open(target, environment.environment()), bytesASecond);
        }
    }

    private void assertFailsAtTheDeadline(Channel channel, int bytesASecond) throws Exception {
        assertThat(reached.await(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        time.awaitTimers(1);
        for (int second = 0; second < 59; second++) {
            time.advance(Duration.ofSeconds(1));
            drips.release(bytesASecond);
        }
        assertThat(channel.opened()).isNotDone();
        time.advance(Duration.ofSeconds(1));
        assertThat(TestEnvironment.failure(channel.opened()))
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.TIMEOUT));
        assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.TIMEOUT);
        assertThat(time.timers()).isZero();
    }

    @Test
    void handshakeInTime_leavesNoDeadline() throws Exception {
        try (ScriptedRelay relay = ScriptedRelay.builder().relay(keys).count(1).start();
                TestEnvironment environment =
                        TestEnvironment.builder().time(time).build()) {
            Channel channel = environment.openNow(relay);
            time.advance(Duration.ofMinutes(10));
            assertThat(channel.isOpen()).isTrue();
            assertThat(time.timers()).isZero();
            channel.close();
            TestEnvironment.get(channel.closed());
        }
    }

    /** A connection attempt that hangs ends when the channel is closed, not when TCP gives up. */
    @Test
    void closeWhileConnecting_endsTheAttempt() throws Exception {
        CountDownLatch connecting = new CountDownLatch(1);
        try (TestEnvironment environment = TestEnvironment.builder()
                        .time(time)
                        .connector(new HangingConnector(connecting))
                        .build();
                ScriptedRelay relay =
                        ScriptedRelay.builder().relay(keys).count(1).start()) {
            Channel channel = environment.open(relay);
            assertThat(connecting.await(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            channel.close();
            assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.CLOSED);
            assertThat(TestEnvironment.failure(channel.opened())).isInstanceOf(ChannelException.class);
        }
    }

    /** Connects only when its socket is closed, that is never. */
    private record HangingConnector(CountDownLatch connecting) implements SocketConnector {
        @Override
        public Socket connect(InetSocketAddress address, int timeoutMillis) throws IOException {
            throw new IOException("the channel should have given its socket");
        }

        @Override
        public Socket connect(InetSocketAddress address, int timeoutMillis, Consumer<? super Socket> beforehand)
                throws IOException {
            CountDownLatch closed = new CountDownLatch(1);
            Socket socket = new Socket() {
                @Override
                public synchronized void close() throws IOException {
                    super.close();
                    closed.countDown();
                }
            };
            beforehand.accept(socket);
            connecting.countDown();
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("the socket has been closed");
        }
    }

    /** Lets the client's bytes through, and of the relay's some at once and the rest one by one. */
    private final class SlowDoor implements AutoCloseable {
        private final ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        private final Socket inside;
        private volatile Socket outside;

        SlowDoor(ScriptedRelay relay, int freeBytes) throws IOException {
            inside = new Socket(relay.address().getAddress(), relay.address().getPort());
            start(() -> {
                outside = server.accept();
                start(() -> pass(outside, inside));
                InputStream in = inside.getInputStream();
                byte[] free = in.readNBytes(freeBytes);
                outside.getOutputStream().write(free);
                byte[] next = new byte[1];
                boolean first = true;
                while (in.read(next) > 0) {
                    if (first) {
                        reached.countDown(); // the relay has answered: the client's hello has come
                        first = false;
                    }
                    drips.acquire();
                    outside.getOutputStream().write(next);
                }
            });
        }

        InetSocketAddress address() {
            return (InetSocketAddress) server.getLocalSocketAddress();
        }

        private void pass(Socket from, Socket to) throws IOException {
            byte[] buffer = new byte[4096];
            int length = from.getInputStream().read(buffer);
            while (length >= 0) {
                to.getOutputStream().write(Arrays.copyOf(buffer, length));
                length = from.getInputStream().read(buffer);
            }
            to.close();
        }

        private interface Task {
            void run() throws IOException, InterruptedException;
        }

        private void start(Task task) {
            Thread thread = new Thread(() -> {
                try {
                    task.run();
                } catch (IOException | InterruptedException e) {
                    return; // closed
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            server.close();
            inside.close();
            if (outside != null) {
                outside.close();
            }
        }
    }
}
