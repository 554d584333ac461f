package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;

/** A network whose time stands still, and what tests of a client in it have in common. */
final class ClientUnderTest {
    static final String HOST = "open.example";
    static final int PORT = 443;

    private static final Duration STEP = Duration.ofMillis(500);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    static final Duration REAL_LIMIT = Duration.ofSeconds(30);

    private ClientUnderTest() {}

    static StreamOptions newCircuit(Duration timeout) {
        return StreamOptions.builder()
                .isolation(IsolationToken.create())
                .timeout(timeout)
                .build();
    }

    /** Lets time pass until something is done, or for {@code limit}. Gives the time that it took. */
    static Duration pass(TestNetwork network, CompletableFuture<?> future, Duration limit) throws Exception {
        Duration passed = Duration.ZERO;
        network.time().settle(REAL_LIMIT);
        while (!future.isDone() && passed.compareTo(limit) < 0) {
            network.time().advance(STEP);
            passed = passed.plus(STEP);
        }
        return passed;
    }

    /** Opens a stream on a circuit of its own and reads what there is. Gives the time that it took. */
    static Duration fetch(TestNetwork network, OnionClient client, Duration limit) throws Exception {
        CompletableFuture<OnionStream> opening = client.openStreamAsync(HOST, PORT, newCircuit(Duration.ofDays(1)));
        Duration took = pass(network, opening, limit);
        // The thread that publishes the answer is not waited for by the time, which stands still now.
        assertThat(opening).as("a stream within %s", limit).succeedsWithin(ANSWER_LIMIT);
        try (OnionStream stream = opening.get()) {
            assertThat(text(stream)).isEqualTo("open");
        }
        return took;
    }

    private static String text(OnionStream stream) throws IOException {
        return new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    /** The relays at which circuits of more than one hop begin, of clients. */
    static Set<TestRelay> firstHops(TestNetwork network) {
        Set<TestRelay> found = new LinkedHashSet<>();
        for (TestRelay relay : network.relays()) {
            if (relay.seen().stream()
                    .anyMatch(seen -> seen.knowsClient() && seen.next().isPresent())) {
                found.add(relay);
            }
        }
        return found;
    }

    /** The first hops of the circuits on which exits were asked for something: what clients used, not what they tried. */
    static Set<TestRelay> guardsInUse(TestNetwork network) {
        Set<TestRelay> found = new LinkedHashSet<>();
        for (TestRelay exit : network.exits()) {
            exit.seen().stream()
                    .filter(SeenCircuit::knowsDestination)
                    .forEach(circuit -> found.add(guard(network, exit, circuit)));
        }
        return found;
    }

    private static TestRelay guard(TestNetwork network, TestRelay exit, SeenCircuit last) {
        TestRelay relay = exit;
        SeenCircuit circuit = last;
        while (!circuit.knowsClient()) {
            TestRelay before = network.relay(circuit.previous().relay().orElseThrow());
            String name = relay.nickname();
            int id = circuit.previousCircuitId();
            circuit = before.seen().stream()
                    .filter(one -> one.nextCircuitId().orElse(0) == id
                            && one.next()
                                    .flatMap(SeenCircuit.Peer::relay)
                                    .orElse("")
                                    .equals(name))
                    .findAny()
                    .orElseThrow();
            relay = before;
        }
        return relay;
    }

    /** How many circuits clients have begun, in all. */
    static long begun(TestNetwork network) {
        return network.relays().stream()
                .flatMap(relay -> relay.seen().stream())
                .filter(SeenCircuit::knowsClient)
                .count();
    }
}
