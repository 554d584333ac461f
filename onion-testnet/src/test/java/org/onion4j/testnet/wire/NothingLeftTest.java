package org.onion4j.testnet.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.onion4j.testnet.wire.WireTestKit.ascii;
import static org.onion4j.testnet.wire.WireTestKit.get;
import static org.onion4j.testnet.wire.WireTestKit.run;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.SelectorLoop;
import org.onion4j.testnet.wire.WireTestKit.Connecting;
import org.onion4j.testnet.wire.WireTestKit.Heard;

/** What a loop of sockets leaves behind when it is closed with everything still open. */
class NothingLeftTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @Test
    void closedLoops_leaveNoDescriptorAndNoThread() throws Exception {
        assumeTrue(Files.isDirectory(DESCRIPTORS), "no list of descriptors here");
        runAndClose(); // what is opened once and for all
        long before = descriptors();
        for (int i = 0; i < 20; i++) {
            runAndClose();
        }

        assertThat(descriptors()).isLessThanOrEqualTo(before);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().equals("left"));
    }

    private static void runAndClose() throws Exception {
        NetworkTime time = NetworkTime.real();
        BlockingQueue<Wire> accepted = new LinkedBlockingQueue<>();
        try (SelectorLoop loop = SelectorLoop.open("left", time)) {
            NioNet net = new NioNet("one", WireFaults.NONE);
            WireServer server = net.listen(new InetSocketAddress(WireTestKit.ip("127.0.0.1"), 0), loop, accepted::add);
            Connecting connecting = new Connecting();
            net.connect(server.address(), loop, connecting);
            Wire wire = get(connecting.wire());
            Wire other = accepted.take();
            Heard heard = new Heard();
            run(loop, () -> {
                other.start(heard);
                wire.write(ascii("hello"), 0, 5);
            });
            heard.awaitBytes(5);
        }
    }

    private static long descriptors() throws Exception {
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            return all.count();
        }
    }
}
