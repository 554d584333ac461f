package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.onion4j.api.OnionClient;

/** A hundred networks one after another leave nothing behind: no thread, no socket, no memory. */
class ManyNetworksTest {
    private static final int NETWORKS = 100;
    private static final int WITH_STREAM_EVERY = 10;

    private static Set<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("onion4j"))
                .collect(Collectors.toSet());
    }

    @Test
    void networks_leaveNothingBehind() throws Exception {
        List<WeakReference<TestNetwork>> gone = new ArrayList<>();
        for (int i = 0; i < NETWORKS; i++) {
            gone.add(new WeakReference<>(use(i)));
            assertThat(ours()).isEmpty();
        }
        assertThat(Sockets.open()).isZero();
        for (int attempts = 0; attempts < 10 && gone.stream().anyMatch(one -> one.get() != null); attempts++) {
            System.gc();
        }
        assertThat(gone).allMatch(one -> one.get() == null);
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
