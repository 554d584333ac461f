package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.VanguardMode;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.testnet.TestNetwork;

/** Clients and services of ours and of C tor's reach each other, over a network of C tor's and over ours. */
@CTor
class OnionServicePairsTest {
    @TempDir
    Path folder;

    @Test
    void allPairs_meetOverCTor(CTorNetwork network) throws Exception {
        NetworkConfig config = NetworkConfig.ofTorrc(network.clientTorrcFile());
        try (OnionClient host = OnionClient.builder().network(config).build();
                OnionClient client = OnionClient.builder().network(config).build()) {
            new ServicePairs(network.clientTorrc(), folder, ServicePairs.SIZE).meet(host, client);
        }
    }

    /** T47: with full vanguards, over circuits that are longer by a hop. */
    @Test
    void allPairs_meetOverCTor_withFullVanguards(CTorNetwork network) throws Exception {
        NetworkConfig config = NetworkConfig.ofTorrc(network.clientTorrcFile());
        try (OnionClient host = guarded(config, "our-host").build();
                OnionClient client = guarded(config, "our-client").build()) {
            new ServicePairs(network.clientTorrc(), folder, 1 << 20).meet(host, client);
        }
        assertThat(folder.resolve("our-host").resolve("vanguards.state")).isNotEmptyFile();
        assertThat(folder.resolve("our-client").resolve("vanguards.state")).isNotEmptyFile();
    }

    private OnionClient.Builder guarded(NetworkConfig config, String name) {
        return OnionClient.builder()
                .network(config)
                .stateDirectory(folder.resolve(name))
                .vanguards(VanguardMode.FULL);
    }

    @Test
    void allPairs_meetOverOurRelays() throws Exception {
        try (TestNetwork network = TestNetwork.builder().loopback().build();
                OnionClient host = network.newClient();
                OnionClient client = network.newClient()) {
            new ServicePairs(network.torrc().lines().toList(), folder, ServicePairs.SIZE).meet(host, client);
        }
    }
}
