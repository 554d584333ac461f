package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.api.VanguardMode;
import org.onion4j.testnet.SeenPaths.Ended;
import org.onion4j.testnet.junit.OnionNetwork;

/** T47: the circuits of a client and of a service with full vanguards, as relays see them, also after a restart. */
@OnionNetwork(seed = 292, relays = 24)
@Timeout(180)
class FullVanguardsTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int CONNECTIONS = 12;
    private static final int LAYER_TWO = 4;
    private static final int LAYER_THREE = 8;

    @TempDir
    Path folder;

    private static OnionClient open(TestNetwork network, Path state) throws IOException {
        return network.clientBuilder()
                .stateDirectory(state)
                .vanguards(VanguardMode.FULL)
                .build();
    }

    /** A service, and streams to it, each over a circuit of its own. */
    private static void meet(OnionClient host, OnionClient client) throws IOException {
        OnionServiceConfig config = OnionServiceConfig.builder()
                .name("guarded")
                .port(80, stream -> {
                    try (stream) {
                        stream.getOutputStream().write('x');
                    }
                })
                .build();
        try (OnionService service = host.host(config)) {
            service.awaitPublished(LIMIT);
            for (int i = 0; i < CONNECTIONS; i++) {
                StreamOptions apart = StreamOptions.builder()
                        .isolation(IsolationToken.create())
                        .build();
                try (OnionStream stream = client.openStream(service.address(), 80, apart)) {
                    stream.setReadTimeout(LIMIT);
                    assertThat(stream.getInputStream().read()).isEqualTo('x');
                }
            }
        }
    }

    /** The paths of all circuits on which this message went to the last relay. */
    private static List<List<TestRelay>> paths(TestNetwork network, String message, int hops, int atLeast) {
        List<List<TestRelay>> paths = new ArrayList<>();
        for (Ended end : SeenPaths.circuitsWith(network, message)) {
            List<TestRelay> path = SeenPaths.path(network, end);
            assertThat(path.subList(0, 3)).doesNotHaveDuplicates();
            assertThat(path.subList(1, path.size())).doesNotHaveDuplicates(); // the guard may come again further on
            if (!message.equals("BEGIN_DIR")) {
                assertThat(path).as(message).hasSize(hops);
            }
            if (path.size() == hops) {
                paths.add(path);
            }
        }
        assertThat(paths).as(message).hasSizeGreaterThanOrEqualTo(atLeast);
        return paths;
    }

    /** What one of the two keeps. */
    private record Sets(Set<TestRelay> guards, Set<TestRelay> seconds, Set<TestRelay> thirds) {
        Sets() {
            this(new HashSet<>(), new HashSet<>(), new HashSet<>());
        }

        void add(List<List<TestRelay>> paths) {
            for (List<TestRelay> path : paths) {
                guards.add(path.get(0));
                seconds.add(path.get(1));
                thirds.add(path.get(2));
            }
        }

        void check() {
            assertThat(guards).hasSize(1);
            assertThat(seconds).hasSizeLessThanOrEqualTo(LAYER_TWO).doesNotContainAnyElementsOf(guards);
            assertThat(thirds)
                    .hasSizeLessThanOrEqualTo(LAYER_THREE)
                    .doesNotContainAnyElementsOf(guards)
                    .doesNotContainAnyElementsOf(seconds);
        }
    }

    @Test
    void t47_allCircuits_haveTheirLength_andGoThroughBothLayers_alsoAfterARestart(TestNetwork network)
            throws Exception {
        Sets service = new Sets();
        Sets visitor = new Sets();
        for (int run = 0; run < 2; run++) {
            network.relays().forEach(TestRelay::forget);
            try (OnionClient host = open(network, folder.resolve("host"));
                    OnionClient client = open(network, folder.resolve("client"))) {
                meet(host, client);
                service.add(paths(network, "ESTABLISH_INTRO", 4, 3));
                service.add(paths(network, "BEGIN_DIR", 4, 4));
                service.add(paths(network, "RENDEZVOUS1", 5, CONNECTIONS));
                visitor.add(paths(network, "ESTABLISH_RENDEZVOUS", 4, CONNECTIONS));
                visitor.add(paths(network, "BEGIN_DIR", 5, 1));
                visitor.add(paths(network, "INTRODUCE1", 5, CONNECTIONS));
            }
            service.check();
            visitor.check();
            assertThat(Files.readString(folder.resolve("host").resolve("vanguards.state")))
                    .contains("onion4j-vanguards 1\n")
                    .hasLineCount(2 + LAYER_TWO + LAYER_THREE);
        }
        assertThat(visitor.thirds()).as("all of the layer are in use").hasSizeGreaterThan(LAYER_TWO);
    }

    /** Who doesn't ask for it has no vanguards on disk. */
    @Test
    void t47_byDefault_isLiteAndInMemoryAlone(TestNetwork network) throws Exception {
        network.relays().forEach(TestRelay::forget);
        try (OnionClient host = network.newClient();
                OnionClient client =
                        network.clientBuilder().stateDirectory(folder).build()) {
            meet(host, client);
            paths(network, "ESTABLISH_RENDEZVOUS", 3, CONNECTIONS);
            paths(network, "INTRODUCE1", 4, CONNECTIONS);
            paths(network, "RENDEZVOUS1", 4, CONNECTIONS);
        }
        assertThat(folder.resolve("guards.state")).exists();
        assertThat(folder.resolve("vanguards.state")).doesNotExist();
    }
}
