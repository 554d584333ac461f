package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.onion4j.api.OnionClient;

/** A hundred networks one after another leave nothing behind: no thread, no socket, no memory. */
class ManyNetworksTest {
    private static final int NETWORKS = 100;
    private static final int WARM_UP = 20; // in which classes are loaded, and what is made once is made
    private static final int WITH_STREAM_EVERY = 10;
    private static final int FEW = 3;
    private static final long LEFT_BYTES = 28 * 1024;

    private static Set<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("onion4j"))
                .collect(Collectors.toSet());
    }

    @Test
    void networks_leaveNothingBehind() throws Exception {
        List<WeakReference<TestNetwork>> gone = new ArrayList<>();
        HeapCount warm = null;
        for (int i = 0; i < NETWORKS; i++) {
            if (i == WARM_UP) {
                warm = HeapCount.take();
            }
            gone.add(new WeakReference<>(use(i)));
            assertThat(ours()).isEmpty();
        }
        assertThat(Sockets.open()).isZero();
        for (int attempts = 0; attempts < 10 && gone.stream().anyMatch(one -> one.get() != null); attempts++) {
            System.gc();
        }
        assertThat(gone).allMatch(one -> one.get() == null);
        HeapCount end = HeapCount.take();
        assertThat(end.grownSince(warm, NETWORKS - WARM_UP))
                .as("classes with more objects for each network")
                .isEmpty();
        assertThat((end.bytes() - warm.bytes()) / (NETWORKS - WARM_UP))
                .as("heap that each network leaves behind, in bytes")
                .isLessThan(LEFT_BYTES);
    }

    /** What the test above counts would grow if anything of a network were kept: here it is. */
    @Test
    void whatIsKeptOfNetworks_isNoticed() throws Exception {
        List<Object> kept = new ArrayList<>();
        kept.add(use(0).relays().size());
        HeapCount before = HeapCount.take();
        for (int i = 1; i <= FEW; i++) {
            kept.add(use(i).relays());
        }
        HeapCount after = HeapCount.take();
        assertThat(after.grownSince(before, FEW)).contains(TestRelay.class.getName());
        assertThat((after.bytes() - before.bytes()) / FEW).isGreaterThan(LEFT_BYTES);
        assertThat(kept).hasSize(1 + FEW);
    }

    /** The objects of the heap that are in use. */
    private record HeapCount(Map<String, Long> byClass, long bytes) {
        private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

        static HeapCount take() throws JMException {
            String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {new String[0]},
                            new String[] {String[].class.getName()});
            Map<String, Long> byClass = new HashMap<>();
            long bytes = 0;
            for (String line : histogram.split("\n", -1)) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    byClass.merge(matcher.group(3), Long.parseLong(matcher.group(1)), Long::sum);
                    bytes += Long.parseLong(matcher.group(2));
                }
            }
            return new HeapCount(byClass, bytes);
        }

        /** The classes of the project of which there is at least one object more for each of so many networks. */
        List<String> grownSince(HeapCount before, int networks) {
            return byClass.entrySet().stream()
                    .filter(one -> one.getKey().startsWith("org.onion4j."))
                    .filter(one -> one.getValue() - before.byClass().getOrDefault(one.getKey(), 0L) >= networks)
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toList());
        }
    }

    private static TestNetwork use(int i) throws Exception {
        try (TestNetwork network = TestNetwork.builder().seed(i).build()) {
            if (i % WITH_STREAM_EVERY == 0) {
                network.serve("shop.example", 80, TestNetworkTest.says("open"));
                OnionClient client = network.client();
                assertThat(TestNetworkTest.read(client, "shop.example", 80)).isEqualTo("open");
            }
            return network;
        }
    }
}
