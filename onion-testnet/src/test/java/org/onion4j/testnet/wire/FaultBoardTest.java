package org.onion4j.testnet.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.onion4j.testnet.wire.WireTestKit.ascii;
import static org.onion4j.testnet.wire.WireTestKit.ip;
import static org.onion4j.testnet.wire.WireTestKit.run;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.Quiet;
import org.onion4j.testnet.wire.WireFaults.Verdict;
import org.onion4j.testnet.wire.WireTestKit.Connecting;
import org.onion4j.testnet.wire.WireTestKit.Heard;

/** Faults by a time that stands still: what happens when is exact. */
class FaultBoardTest {
    private static final InetSocketAddress SERVER = new InetSocketAddress(ip("10.0.0.2"), 80);

    private final NetworkTime time = NetworkTime.manual(Instant.parse("2030-01-01T00:00:00Z"));
    private final EventLoop loop = EventLoop.start("faults", time);
    private final FaultBoard board = new FaultBoard(time, 5);
    private final MemoryNet net = new MemoryNet(time, board);
    private final WireNet client = net.host("client", ip("10.0.0.1"));
    private final WireNet server = net.host("server", ip("10.0.0.2"));
    private final BlockingQueue<Wire> accepted = new LinkedBlockingQueue<>();
    private Wire near;
    private Wire far;
    private final Heard heardNear = new Heard();
    private final Heard heardFar = new Heard();

    @BeforeEach
    void connect() throws Exception {
        WireServer listening = server.listen(SERVER, loop, accepted::add);
        assertThat(listening.address()).isEqualTo(SERVER);
        Connecting connecting = new Connecting();
        client.connect(SERVER, loop, connecting);
        near = WireTestKit.get(connecting.wire());
        far = accepted.take();
        run(loop, () -> {
            near.start(heardNear);
            far.start(heardFar);
        });
        Quiet.await(time);
    }

    @AfterEach
    void close() {
        loop.close();
        net.close();
    }

    private void write(Wire wire, String text) throws Exception {
        run(loop, () -> wire.write(ascii(text), 0, text.length()));
        Quiet.await(time);
    }

    @Test
    void frozenHost_movesNothing_untilItThaws() throws Exception {
        board.freeze("server");
        write(near, "there");
        write(far, "back");
        run(loop, far::close);
        Quiet.advance(time, Duration.ofHours(1));

        assertThat(heardFar.bytes()).isZero();
        assertThat(heardNear.bytes()).isZero();
        assertThat(heardNear.hasEnded()).isFalse();
        board.thaw("server");
        Quiet.await(time);

        assertThat(heardNear.text()).isEqualTo("back");
        assertThat(heardNear.hasEnded()).isTrue();
        assertThat(heardNear.cause()).isNull();
    }

    @Test
    void delay_holdsBytesForThatLong_inOrder() throws Exception {
        board.delay("server", Duration.ofMillis(200), Duration.ofMillis(100));
        write(near, "a");
        write(near, "b");
        Quiet.advance(time, Duration.ofMillis(199));

        assertThat(heardFar.text()).isEmpty();
        Quiet.advance(time, Duration.ofMillis(101));
        assertThat(heardFar.text()).isEqualTo("ab");
    }

    /** Nothing wakes the loop for them again and again, or a time that stands still would never be quiet. */
    @Test
    void bytesHeldForAnEndThatIsClosed_areNeverDue() throws Exception {
        board.limit("server", 10);
        write(near, "a".repeat(10)); // held for a second
        write(far, "b".repeat(1000)); // for 100 seconds, and the end of the connection behind it
        run(loop, far::close);
        Quiet.advance(time, Duration.ofSeconds(99));

        assertThat(heardNear.bytes()).isZero();
        Quiet.advance(time, Duration.ofSeconds(2));
        assertThat(heardNear.bytes()).isEqualTo(1000);
        assertThat(heardNear.hasEnded()).isTrue();
        assertThat(heardFar.bytes()).isZero();
    }

    @Test
    void jitter_followsFromTheSeed() {
        assertThat(delays(9)).isEqualTo(delays(9)).isNotEqualTo(delays(10));
    }

    private static long delays(long seed) {
        HeldBytes held = new HeldBytes(SeededRandom.of(seed, "wire"));
        held.add(new byte[1], 0, 1, new Conditions(false, 5, 1_000_000_000, ImmutableList.of()), 0);
        return held.nextDue();
    }

    @Test
    void limit_letsSoManyBytesThroughASecond() throws Exception {
        board.limit("server", 10_000);
        run(loop, () -> near.write(new byte[50_000], 0, 50_000));

        Quiet.advance(time, Duration.ofSeconds(2));
        assertThat(heardFar.bytes()).isBetween(10_000L, 20_000L);
        Quiet.advance(time, Duration.ofSeconds(3));

        assertThat(heardFar.bytes()).isEqualTo(50_000);
        run(loop, () -> assertThat(near.queuedBytes()).isZero());
    }

    @Test
    void partition_separatesTwoHosts_andNoOthers() throws Exception {
        board.partition("client", "server");
        write(near, "x");
        Connecting again = new Connecting();
        client.connect(SERVER, loop, again);
        Connecting other = new Connecting();
        net.host("other", ip("10.0.0.3")).connect(SERVER, loop, other);
        Quiet.await(time);

        assertThat(heardFar.bytes()).isZero();
        assertThat(again.wire()).isNotDone();
        assertThat(other.wire()).isCompleted();
        Quiet.advance(time, MemoryNet.CONNECT_TIMEOUT);
        assertThatThrownBy(() -> WireTestKit.get(again.wire())).hasMessageContaining("timed out");
        board.heal("client", "server");
        Quiet.await(time);
        assertThat(heardFar.text()).isEqualTo("x");
    }

    @Test
    void split_separatesHostsOnBothSides_laterOnesToo_untilAllIsHealed() throws Exception {
        InetSocketAddress besideAddress = new InetSocketAddress(ip("10.0.0.4"), 80);
        net.host("beside", ip("10.0.0.4")).listen(besideAddress, loop, accepted::add);
        board.split(ImmutableList.of("server", "beside"));
        write(near, "x");
        Connecting across = new Connecting();
        net.host("late", ip("10.0.0.3")).connect(SERVER, loop, across);
        Connecting within = new Connecting();
        server.connect(besideAddress, loop, within);
        Quiet.await(time);

        assertThat(heardFar.bytes()).isZero();
        assertThat(across.wire()).isNotDone();
        assertThat(within.wire()).isCompleted();
        assertThat(board.areApart("late", "server")).isTrue();
        assertThat(board.areApart("late", "client") || board.areApart("beside", "server"))
                .isFalse();
        assertThat(board.areApart("a destination", "server")).isFalse();
        board.healAll();
        Quiet.await(time);
        assertThat(heardFar.text()).isEqualTo("x");
        assertThat(board.areApart("late", "server")).isFalse();
    }

    @Test
    void reset_breaksAllConnectionsOfAHost() throws Exception {
        board.reset("server");
        Quiet.await(time);

        assertThat(heardNear.cause()).isInstanceOf(SocketException.class);
        assertThat(heardFar.cause()).isInstanceOf(SocketException.class);
    }

    @Test
    void refusingHost_isRefused_untilAdmitted_andAttemptsAreRecorded() throws Exception {
        SocketConnector connector = net.connector("application", ip("10.0.0.9"));
        board.refuse("server");

        assertThatThrownBy(() -> connector.connect(SERVER, 1000)).isInstanceOf(ConnectException.class);
        board.admit("server");
        try (Socket socket = connector.connect(SERVER, 1000)) {
            assertThat(socket.isConnected()).isTrue();
        }
        assertThat(board.attempts())
                .extracting(WireAttempt::host, WireAttempt::verdict)
                .containsExactly(
                        tuple("client", Verdict.ALLOW),
                        tuple("application", Verdict.REFUSE),
                        tuple("application", Verdict.ALLOW));
    }

    @Test
    void socketThatConnectsToAFrozenHost_waitsOutItsTimeout_byTheNetworksTime() throws Exception {
        SocketConnector connector = net.connector("application", ip("10.0.0.9"));
        board.freeze("server");
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                failure.complete(new AssertionError(connector.connect(SERVER, 60_000)));
            } catch (IOException e) {
                failure.complete(e);
            }
        });
        thread.start();
        while (!time.nextDeadlineNanos().isPresent()) {
            Thread.onSpinWait();
        }

        time.advance(Duration.ofSeconds(60));

        assertThat(WireTestKit.get(failure)).isInstanceOf(SocketTimeoutException.class);
        thread.join();
    }

    @Test
    void faultsOfABlockingHost_actAtItsPeers() throws Exception {
        Socket socket = net.connector("application", ip("10.0.0.9")).connect(SERVER, 1000);
        Wire wire = accepted.take();
        Heard heard = new Heard();
        run(loop, () -> wire.start(heard));
        board.delay("application", Duration.ofSeconds(1), Duration.ZERO);

        socket.getOutputStream().write(ascii("late"));
        Quiet.advance(time, Duration.ofMillis(999));
        assertThat(heard.text()).isEmpty();
        Quiet.advance(time, Duration.ofMillis(1));

        assertThat(heard.text()).isEqualTo("late");
        socket.close();
    }
}
