package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.api.ExitPolicyException;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.IpVersions;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.NoPathException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;

/** Networks that are described in more detail. */
class NetworkBuilderTest {
    private static StreamOptions newCircuit() {
        return StreamOptions.builder().isolation(IsolationToken.create()).build();
    }

    private static String get(OnionClient client, String host, int port, StreamOptions options) throws Exception {
        try (OnionStream stream = client.openStream(host, port, options)) {
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void names_areThoseInTheConsensus() throws Exception {
        try (TestNetwork network = TestNetwork.builder()
                .authorities(1)
                .relays("anna", "bert", "carl")
                .exits("door")
                .build()) {
            assertThat(network.relays())
                    .extracting(TestRelay::nickname)
                    .containsExactly("auth1", "anna", "bert", "carl", "door");
            assertThat(network.exits()).containsExactly(network.relay("door"));
            assertThat(network.consensus()).contains("r anna ", "r bert ", "r carl ", "r door ");
            network.serve("a.example", 80, TestNetworkTest.says("a"));
            assertThat(get(network.client(), "a.example", 80, newCircuit())).isEqualTo("a");
        }
    }

    @Test
    void exitPolicies_decideWhichExitIsTaken() throws Exception {
        try (TestNetwork network = TestNetwork.builder()
                .authorities(1)
                .relays(4)
                .exits("web", "mail")
                .exitPolicy("web", "accept *:80")
                .exitPolicy("mail", "reject 198.18.0.2/32:*", "accept *:25-26")
                .build()) {
            for (int port : new int[] {80, 25, 7}) {
                network.serve("a.example", port, TestNetworkTest.says("port " + port));
            }
            network.serve("b.example", 25, TestNetworkTest.says("never"));
            OnionClient client = network.client();

            assertThat(get(client, "a.example", 80, newCircuit())).isEqualTo("port 80");
            assertThat(get(client, "a.example", 25, newCircuit())).isEqualTo("port 25");
            assertThat(network.relay("web").seen()).noneMatch(NetworkBuilderTest::wasForMail);
            assertThat(network.relay("mail").seen()).anyMatch(NetworkBuilderTest::wasForMail);
            assertThatThrownBy(() -> get(client, "a.example", 7, newCircuit())).isInstanceOf(NoPathException.class);
            assertThatThrownBy(() -> get(client, "b.example", 25, newCircuit()))
                    .isInstanceOf(ExitPolicyException.class);
        }
    }

    private static boolean wasForMail(SeenCircuit circuit) {
        return circuit.destinations().stream().anyMatch(one -> one.port() == 25);
    }

    @Test
    void families_shareNoCircuit() throws Exception {
        try (TestNetwork network = TestNetwork.builder()
                .seed(5)
                .authorities(1)
                .relays(6)
                .exits(1)
                .family("relay1", "relay2", "relay3", "exit1")
                .build()) {
            network.serve("a.example", 80, TestNetworkTest.says("a"));
            Set<String> family = Set.of("relay1", "relay2", "relay3");
            Set<String> beforeTheExit = new HashSet<>();
            network.client().bootstrap();
            network.relays().forEach(TestRelay::forget);
            for (int i = 0; i < 20; i++) {
                assertThat(get(network.client(), "a.example", 80, newCircuit())).isEqualTo("a");
            }
            for (SeenCircuit circuit : network.relay("exit1").seen()) {
                if (circuit.knowsDestination()) {
                    beforeTheExit.add(circuit.previous().relay().orElseThrow());
                }
            }
            assertThat(beforeTheExit).isNotEmpty().doesNotContainAnyElementsOf(family);
        }
    }

    @Test
    void ipv6_namesHaveBothKindsOfAddress() throws Exception {
        try (TestNetwork network =
                TestNetwork.builder().authorities(1).relays(4).exits(1).ipv6().build()) {
            TestDestination both = network.serve("both.example", 80, TestNetworkTest.says("both"));
            network.serve("2001:2::99", 81, TestNetworkTest.says("literal"));
            OnionClient client = network.client();
            StreamOptions six = StreamOptions.builder()
                    .ipVersions(IpVersions.IPV6_ONLY)
                    .isolation(IsolationToken.create())
                    .build();

            assertThat(get(client, "both.example", 80, newCircuit())).isEqualTo("both");
            assertThat(get(client, "both.example", 80, six)).isEqualTo("both");
            assertThat(get(client, "2001:2::99", 81, newCircuit())).isEqualTo("literal");
            assertThat(both.connections()).isEqualTo(2);

            List<InetAddress> found = client.resolve("both.example");
            assertThat(found).hasSize(2).contains(both.address()).anyMatch(one -> one instanceof Inet6Address);
            for (InetAddress address : found) {
                assertThat(client.resolveReverse(address)).isEqualTo("both.example");
            }
            assertThat(network.exits().get(0).seen())
                    .anyMatch(seen -> seen.addresses().stream().anyMatch(one -> one instanceof Inet6Address));
        }
    }

    @Test
    void internalAddresses_areRefusedUnlessAllowed() throws Exception {
        try (TestNetwork network =
                TestNetwork.builder().authorities(1).relays(3).exits(1).build()) {
            network.serve("192.168.7.7", 80, TestNetworkTest.says("inside"));
            assertThatThrownBy(() -> get(network.client(), "192.168.7.7", 80, newCircuit()))
                    .isInstanceOf(InvalidDestinationException.class);
            try (OnionClient client =
                    network.clientBuilder().allowInternalAddresses().build()) {
                assertThat(get(client, "192.168.7.7", 80, newCircuit())).isEqualTo("inside");
            }
        }
    }

    @Test
    void nonsense_isRefused() {
        assertThatThrownBy(() -> TestNetwork.builder().relays("a b", "c")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TestNetwork.builder().relays("alone")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TestNetwork.builder().family("alone")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TestNetwork.builder().exitPolicy("exit1", "allow everything"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TestNetwork.builder().relays("a", "a").build())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(
                        () -> TestNetwork.builder().family("relay1", "stranger").build())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> TestNetwork.builder()
                        .exitPolicy("relay1", "accept *:80")
                        .build())
                .isInstanceOf(IllegalStateException.class);
    }
}
