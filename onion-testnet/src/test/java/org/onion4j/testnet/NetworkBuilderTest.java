package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
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
            assertThat(get(network.client(), "a.example", 80, TestNetworkTest.newCircuit()))
                    .isEqualTo("a");
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

            assertThat(get(client, "a.example", 80, TestNetworkTest.newCircuit()))
                    .isEqualTo("port 80");
            assertThat(get(client, "a.example", 25, TestNetworkTest.newCircuit()))
                    .isEqualTo("port 25");
            assertThat(network.relay("web").seen()).noneMatch(NetworkBuilderTest::wasForMail);
            assertThat(network.relay("mail").seen()).anyMatch(NetworkBuilderTest::wasForMail);
            assertThatThrownBy(() -> get(client, "a.example", 7, TestNetworkTest.newCircuit()))
                    .isInstanceOf(NoPathException.class);
            assertThatThrownBy(() -> get(client, "b.example", 25, TestNetworkTest.newCircuit()))
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
                assertThat(get(network.client(), "a.example", 80, TestNetworkTest.newCircuit()))
                        .isEqualTo("a");
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

            assertThat(get(client, "both.example", 80, TestNetworkTest.newCircuit()))
                    .isEqualTo("both");
            assertThat(get(client, "both.example", 80, six)).isEqualTo("both");
            assertThat(get(client, "2001:2::99", 81, TestNetworkTest.newCircuit()))
                    .isEqualTo("literal");
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
            assertThatThrownBy(() -> get(network.client(), "192.168.7.7", 80, TestNetworkTest.newCircuit()))
                    .isInstanceOf(InvalidDestinationException.class);
            try (OnionClient client =
                    network.clientBuilder().allowInternalAddresses().build()) {
                assertThat(get(client, "192.168.7.7", 80, TestNetworkTest.newCircuit()))
                        .isEqualTo("inside");
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

    @Test
    void nicknamesThatDifferInCaseAlone_areOne() {
        TestNetwork.Builder builder = TestNetwork.builder().relays("anna", "Anna");
        assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    }

    /** Of this seed, two relays' first RSA keys are the same. */
    @Test
    void relays_areDifferentOnesWhateverTheSeed() throws Exception {
        try (TestNetwork network = TestNetwork.builder().seed(19857).build()) {
            assertThat(network.relays()).extracting(TestRelay::fingerprint).doesNotHaveDuplicates();
            assertThat(network.consensus().lines().filter(line -> line.startsWith("r ")))
                    .hasSize(11);
        }
    }

    @Test
    void serve_whatNoClientCanAskFor_isRefused() throws Exception {
        try (TestNetwork network = TestNetwork.builder().relays(2).build()) {
            for (String host : List.of(
                    "",
                    "Upper.example",
                    "dot.example.",
                    "1.2.3",
                    "1234",
                    "x.exit",
                    "abc.onion",
                    "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
                    "0.0.0.0",
                    "::",
                    "2001:2::1",
                    "[::1]")) {
                assertThatThrownBy(() -> network.serve(host, 80, Handlers.echo()))
                        .as(host)
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> network.serve("a.example", 0, Handlers.echo()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> network.serve(null, 80, Handlers.echo())).hasMessage("host");
            assertThatThrownBy(() -> network.serve("a.example", 80, null)).hasMessage("handler");
        }
    }

    @Test
    void nulls_areRefusedByName() {
        TestNetwork.Builder builder = TestNetwork.builder();
        assertThatThrownBy(() -> builder.relays("anna", null)).hasMessage("nickname");
        assertThatThrownBy(() -> builder.family("relay1", null)).hasMessage("nickname");
        assertThatThrownBy(() -> builder.exitPolicy(null, "accept *:*")).hasMessage("nickname");
        assertThatThrownBy(() -> builder.startTime(null)).hasMessage("start");
        assertThatThrownBy(() -> Reaction.replace(null)).hasMessage("data");
        assertThatThrownBy(() -> Reaction.pass().before((Forgery) null)).hasMessage("forgery");
        assertThatThrownBy(() -> Forgery.message("DATA", 1, null)).hasMessage("data");
        assertThatThrownBy(() -> Forgery.message(null, 1, new byte[0])).hasMessage("command");
        assertThatThrownBy(() -> Forgery.cell(null, "RELAY", new byte[Forgery.BODY_LEN]))
                .hasMessage("direction");
        assertThatThrownBy(() -> Hostility.lyingAddress(null)).hasMessage("address");
    }

    /** Of what a hostile relay draws for each cell and message: by relay, circuit, direction and number. */
    private static Map<String, Integer> draws() throws Exception {
        Map<String, Integer> draws = new ConcurrentHashMap<>();
        Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
        try (TestNetwork network = TestNetwork.builder().seed(6).build()) {
            for (TestRelay relay : network.relays()) {
                relay.hostile(passing -> {
                    String where = relay.nickname() + passing.direction() + passing.circuit();
                    int number = counts.computeIfAbsent(where, key -> new AtomicInteger())
                            .incrementAndGet();
                    draws.put(where + " " + number, passing.random().nextInt());
                    return Reaction.pass();
                });
            }
            network.client().bootstrap();
        }
        return draws;
    }

    @Test
    void chance_followsFromTheSeedAndWhereItIsDrawn() throws Exception {
        Map<String, Integer> first = draws();
        Map<String, Integer> second = draws();
        first.keySet().retainAll(second.keySet());
        second.keySet().retainAll(first.keySet());
        assertThat(first).isNotEmpty().isEqualTo(second);
    }
}
