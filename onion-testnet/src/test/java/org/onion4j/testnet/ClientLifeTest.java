package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StateInUseException;
import org.onion4j.api.StreamOptions;
import org.onion4j.testnet.junit.OnionNetwork;

/** What a client keeps and what it changes as time goes by: guards, circuits, its state directory. */
@OnionNetwork(seed = 29, time = OnionNetwork.Time.STANDING)
class ClientLifeTest {
    @TempDir
    Path folder;

    private static final Duration LIMIT = Duration.ofMinutes(1);

    @BeforeEach
    void forget(TestNetwork network) {
        network.relays().forEach(TestRelay::forget);
    }

    private static void fetch(TestNetwork network, OnionClient client, String host, IsolationToken token)
            throws Exception {
        StreamOptions options = StreamOptions.builder().isolation(token).build();
        try (TestDestination destination = network.serve(host, 80, TestNetworkTest.says("x"))) {
            assertThat(destination.host()).isEqualTo(host);
            CompletableFuture<OnionStream> opening = client.openStreamAsync(host, 80, options);
            ClientUnderTest.pass(network, opening, LIMIT); // circuits that meet a dead relay are tried again later
            try (OnionStream stream = opening.get(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                assertThat(stream.getInputStream().readAllBytes()).containsExactly('x');
            }
        }
    }

    /** The first hops of circuits of more than one. */
    private static Set<String> guards(TestNetwork network) {
        return TestNetworkTest.guards(network).stream().map(TestRelay::nickname).collect(Collectors.toSet());
    }

    /** The circuits at exits on which a host was asked for. */
    private static List<SeenCircuit> circuitsTo(TestNetwork network, String host) {
        return network.exits().stream()
                .flatMap(exit -> exit.seen().stream())
                .filter(seen ->
                        seen.destinations().stream().anyMatch(one -> one.host().equals(host)))
                .toList();
    }

    @Test
    void manyCircuits_beginAtFewGuards(TestNetwork network, OnionClient client) throws Exception {
        for (int i = 0; i < 20; i++) {
            fetch(network, client, "many" + i + ".example", IsolationToken.create());
        }

        assertThat(guards(network)).hasSizeBetween(1, 2);
    }

    @Test
    void restart_keepsTheGuardAndTheConsensus(TestNetwork network) throws Exception {
        try (OnionClient client = network.clientBuilder().stateDirectory(folder).build()) {
            fetch(network, client, "first.example", IsolationToken.create());
            assertThatThrownBy(
                            () -> network.clientBuilder().stateDirectory(folder).build())
                    .isInstanceOf(StateInUseException.class);
        }
        Set<String> before = guards(network);
        network.time().advance(Duration.ofMinutes(5));
        network.relays().forEach(TestRelay::forget);
        network.authorities().forEach(TestRelay::kill); // nothing may be asked of them

        try (OnionClient again = network.clientBuilder().stateDirectory(folder).build()) {
            fetch(network, again, "second.example", IsolationToken.create());
        } finally {
            for (TestRelay authority : network.authorities()) {
                authority.revive();
            }
        }

        assertThat(guards(network)).isNotEmpty().isSubsetOf(before);
    }

    @Test
    void streamsOfOneToken_shareACircuitUntilItIsOld(TestNetwork network, OnionClient client) throws Exception {
        IsolationToken token = IsolationToken.create();
        fetch(network, client, "one.example", token);
        fetch(network, client, "two.example", token);
        network.time().advance(Duration.ofMinutes(20));
        fetch(network, client, "three.example", token);
        fetch(network, client, "four.example", IsolationToken.create());

        List<SeenCircuit> one = circuitsTo(network, "one.example");
        assertThat(one).hasSize(1);
        assertThat(one.get(0).destinations())
                .extracting(SeenCircuit.Destination::host)
                .containsExactly("one.example", "two.example");
        assertThat(circuitsTo(network, "three.example").get(0).destinations())
                .extracting(SeenCircuit.Destination::host)
                .containsExactly("three.example");
    }

    @Test
    void networkChanged_newLinkSameGuards(TestNetwork network, OnionClient client) throws Exception {
        fetch(network, client, "before.example", IsolationToken.create());
        Set<String> before = guards(network);

        client.networkChanged();
        fetch(network, client, "after.example", IsolationToken.create());

        assertThat(guards(network)).isEqualTo(before);
        assertThat(circuitsTo(network, "before.example").get(0).closed()).isPresent();
    }
}
