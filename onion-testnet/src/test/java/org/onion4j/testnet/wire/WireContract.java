package org.onion4j.testnet.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.testnet.wire.WireTestKit.ascii;
import static org.onion4j.testnet.wire.WireTestKit.get;
import static org.onion4j.testnet.wire.WireTestKit.run;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.wire.WireTestKit.Connecting;
import org.onion4j.testnet.wire.WireTestKit.Heard;

/** What every kind of wire keeps to: in memory, on loopback sockets, and below a board without faults. */
abstract class WireContract {
    private final NetworkTime time = NetworkTime.real();
    private EventLoop loop;
    private WireNet net;
    private WireServer server;
    private final BlockingQueue<Wire> accepted = new LinkedBlockingQueue<>();

    abstract EventLoop newLoop(NetworkTime networkTime) throws Exception;

    abstract WireNet newNet(NetworkTime networkTime);

    private Wire[] connect() throws Exception {
        loop = newLoop(time);
        net = newNet(time);
        server = net.listen(new InetSocketAddress(WireTestKit.ip("127.0.0.1"), 0), loop, accepted::add);
        Connecting connecting = new Connecting();
        net.connect(server.address(), loop, connecting);
        return new Wire[] {get(connecting.wire()), accepted.poll(30, TimeUnit.SECONDS)};
    }

    private Heard start(Wire wire) throws Exception {
        Heard heard = new Heard();
        run(loop, () -> wire.start(heard));
        return heard;
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void bytes_arriveInOrder_bothWays_andAddressesMatch() throws Exception {
        Wire[] ends = connect();
        Heard a = start(ends[0]);
        Heard b = start(ends[1]);

        run(loop, () -> {
            ends[0].write(ascii("xhello"), 1, 5);
            ends[0].write(ascii(" world"), 0, 6);
            ends[1].write(ascii("back"), 0, 4);
        });

        b.awaitBytes(11);
        a.awaitBytes(4);
        assertThat(b.text()).isEqualTo("hello world");
        assertThat(a.text()).isEqualTo("back");
        a.awaitDrained();
        assertThat(ends[0].remote()).isEqualTo(server.address()).isEqualTo(ends[1].local());
        assertThat(ends[0].local()).isEqualTo(ends[1].remote());
    }

    @Test
    void bytesBeforeStart_areKept() throws Exception {
        Wire[] ends = connect();
        start(ends[0]);
        run(loop, () -> ends[0].write(ascii("early"), 0, 5));

        Heard b = start(ends[1]);

        b.awaitBytes(5);
        assertThat(b.text()).isEqualTo("early");
    }

    @Test
    void pausedReader_holdsUpTheWriter_andResumeLetsAllThrough() throws Exception {
        Wire[] ends = connect();
        Heard a = start(ends[0]);
        Heard b = start(ends[1]);
        int chunk = 64 * 1024;
        int count = 256;
        run(loop, () -> {
            ends[1].pause();
            for (int i = 0; i < count; i++) {
                ends[0].write(new byte[chunk], 0, chunk);
            }
        });

        run(loop, () -> assertThat(ends[0].queuedBytes()).isPositive());
        assertThat(b.bytes()).isZero();
        run(loop, ends[1]::resume);
        b.awaitBytes((long) chunk * count);

        assertThat(b.bytes()).isEqualTo((long) chunk * count);
        a.awaitDrained();
        run(loop, () -> assertThat(ends[0].queuedBytes()).isZero());
    }

    @Test
    void close_isAnEndInOrder_behindWhatWasWritten() throws Exception {
        Wire[] ends = connect();
        Heard a = start(ends[0]);
        Heard b = start(ends[1]);

        run(loop, () -> {
            ends[0].write(ascii("bye"), 0, 3);
            ends[0].close();
            ends[0].write(ascii("lost"), 0, 4);
        });

        assertThat(b.awaitEnd()).isNull();
        assertThat(b.text()).isEqualTo("bye");
        assertThat(a.hasEnded()).isFalse();
    }

    @Test
    void shutdownOutput_leavesTheOtherDirectionOpen() throws Exception {
        Wire[] ends = connect();
        Heard a = start(ends[0]);
        Heard b = start(ends[1]);
        run(loop, () -> {
            ends[0].write(ascii("question"), 0, 8);
            ends[0].shutdownOutput();
        });
        assertThat(b.awaitEnd()).isNull();

        run(loop, () -> {
            ends[1].write(ascii("answer"), 0, 6);
            ends[1].close();
        });

        assertThat(a.awaitEnd()).isNull();
        assertThat(a.text()).isEqualTo("answer");
        assertThat(b.text()).isEqualTo("question");
    }

    @Test
    void reset_isAnErrorAtTheOtherEnd() throws Exception {
        Wire[] ends = connect();
        start(ends[0]);
        Heard b = start(ends[1]);

        run(loop, ends[0]::reset);

        assertThat(b.awaitEnd()).isInstanceOf(IOException.class);
    }

    @Test
    void connect_whereNobodyListens_fails() throws Exception {
        connect();
        server.close();
        run(loop, () -> {});
        Connecting connecting = new Connecting();

        net.connect(server.address(), loop, connecting);

        assertThatThrownBy(() -> get(connecting.wire())).hasMessageContaining("refused");
    }

    @Test
    void listen_whereSomebodyListens_fails() throws Exception {
        connect();

        assertThatThrownBy(() -> net.listen(server.address(), loop, wire -> {})).isInstanceOf(BindException.class);
    }
}
