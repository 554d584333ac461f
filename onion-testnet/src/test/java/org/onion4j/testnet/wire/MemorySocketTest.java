package org.onion4j.testnet.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.testnet.wire.WireTestKit.ascii;
import static org.onion4j.testnet.wire.WireTestKit.ip;
import static org.onion4j.testnet.wire.WireTestKit.run;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.runtime.BatchedReading;
import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.Quiet;
import org.onion4j.testnet.wire.WireTestKit.Heard;

class MemorySocketTest {
    private static final InetSocketAddress WIRE_END = new InetSocketAddress(ip("10.0.0.1"), 1000);
    private static final InetSocketAddress SOCKET_END = new InetSocketAddress(ip("10.0.0.2"), 80);

    private final NetworkTime time = NetworkTime.manual(Instant.parse("2030-01-01T00:00:00Z"));
    private final EventLoop loop = EventLoop.start("sockets", time);
    private final MemoryNet net = new MemoryNet(time, WireFaults.NONE);
    private final MemoryNet.WireAndSocket pair = net.pair(loop, WIRE_END, SOCKET_END);
    private final Wire wire = pair.wire();
    private final Socket socket = pair.socket();
    private final Heard heard = new Heard();

    @BeforeEach
    void start() throws Exception {
        run(loop, () -> wire.start(heard));
    }

    @AfterEach
    void close() {
        loop.close();
        net.close();
    }

    private void write(String text) throws Exception {
        run(loop, () -> wire.write(ascii(text), 0, text.length()));
    }

    private static <T> CompletableFuture<T> async(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(task.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        thread.start();
        return result;
    }

    @Test
    void bytes_goBothWays_andAddressesAreThoseGiven() throws Exception {
        write("hello");
        socket.getOutputStream().write(ascii("answer"));
        heard.awaitBytes(6);

        assertThat(socket.getInputStream().readNBytes(5)).isEqualTo(ascii("hello"));
        assertThat(heard.text()).isEqualTo("answer");
        assertThat(socket.getRemoteSocketAddress()).isEqualTo(WIRE_END);
        assertThat(socket.getLocalSocketAddress()).isEqualTo(SOCKET_END);
        assertThat(socket.getPort()).isEqualTo(1000);
        assertThat(socket.getInetAddress()).isEqualTo(WIRE_END.getAddress());
    }

    @Test
    void available_countsWhatIsThere() throws Exception {
        write("12345");
        assertThat(socket.getInputStream().available()).isEqualTo(5);
        assertThat(socket.getInputStream().read()).isEqualTo('1');
        assertThat(socket.getInputStream().available()).isEqualTo(4);
    }

    @Test
    void readTimeout_isByTheNetworksTime_andLeavesTheSocketUsable() throws Exception {
        socket.setSoTimeout(5000);
        CompletableFuture<Integer> read = async(socket.getInputStream()::read);
        while (!time.nextDeadlineNanos().isPresent()) {
            Thread.onSpinWait();
        }

        time.advance(Duration.ofMillis(4999));
        Quiet.await(time);
        assertThat(read).isNotDone();
        time.advance(Duration.ofMillis(1));

        assertThatThrownBy(() -> WireTestKit.get(read)).hasCauseInstanceOf(SocketTimeoutException.class);
        write("z");
        assertThat(socket.getInputStream().read()).isEqualTo('z');
    }

    @Test
    void close_fromAnotherThread_endsAReadThatWaits() throws Exception {
        CompletableFuture<Integer> read = async(socket.getInputStream()::read);

        socket.close();

        assertThatThrownBy(() -> WireTestKit.get(read)).hasCauseInstanceOf(SocketException.class);
        assertThat(heard.awaitEnd()).isNull();
        assertThatThrownBy(() -> socket.getInputStream()).isInstanceOf(SocketException.class);
        assertThat(socket.isClosed()).isTrue();
    }

    @Test
    void close_fromAnotherThread_endsAWriteThatWaits() throws Exception {
        run(loop, wire::pause);
        CompletableFuture<Void> write = async(() -> {
            socket.getOutputStream().write(new byte[4 * MemoryPipe.CAPACITY_BYTES]);
            return null;
        });

        socket.close();

        assertThatThrownBy(() -> WireTestKit.get(write)).hasCauseInstanceOf(SocketException.class);
    }

    @Test
    void slowReader_holdsUpTheWriter_andGetsAll() throws Exception {
        run(loop, wire::pause);
        int length = 3 * MemoryPipe.CAPACITY_BYTES;
        CompletableFuture<Void> write = async(() -> {
            socket.getOutputStream().write(new byte[length]);
            return null;
        });
        assertThat(write).isNotDone();

        run(loop, wire::resume);

        WireTestKit.get(write);
        heard.awaitBytes(length);
        assertThat(heard.bytes()).isEqualTo(length);
    }

    @Test
    void halfClose_leavesTheOtherDirectionOpen() throws Exception {
        socket.getOutputStream().write(ascii("question"));
        socket.shutdownOutput();
        assertThat(heard.awaitEnd()).isNull();

        write("answer");
        run(loop, wire::close);

        assertThat(socket.getInputStream().readAllBytes()).isEqualTo(ascii("answer"));
        assertThatThrownBy(() -> socket.getOutputStream()).isInstanceOf(SocketException.class);
        assertThat(socket.isOutputShutdown()).isTrue();
    }

    @Test
    void resetByThePeer_isAnErrorToReadersAndWriters() throws Exception {
        run(loop, wire::reset);

        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> socket.getOutputStream().write(1)).isInstanceOf(SocketException.class);
    }

    @Test
    void lingerOfZero_makesCloseAReset() throws Exception {
        socket.setSoLinger(true, 0);
        socket.close();

        assertThat(heard.awaitEnd()).isInstanceOf(IOException.class);
    }

    @Test
    void beforeWait_runsOnceAReadFindsNothing_andNotBefore() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        BatchedReading batched = (BatchedReading) socket;
        assertThat(batched.beforeWait(runs::incrementAndGet)).isFalse();
        write("ab");

        assertThat(socket.getInputStream().read()).isEqualTo('a');
        assertThat(socket.getInputStream().read()).isEqualTo('b');
        assertThat(runs).hasValue(0);
        assertThat(batched.beforeWait(runs::incrementAndGet)).isTrue();
        CompletableFuture<Integer> read = async(socket.getInputStream()::read);
        while (runs.get() == 0) {
            Thread.onSpinWait();
        }
        write("c");

        assertThat(WireTestKit.get(read)).isEqualTo('c');
        assertThat(runs).hasValue(1);
    }

    @Test
    void readThatWillGoOn_isNotQuiet() throws Exception {
        CompletableFuture<Integer> read = async(socket.getInputStream()::read);
        write("q");
        Quiet.await(time);

        assertThat(WireTestKit.get(read)).isEqualTo('q');
    }
}
