package org.onion4j.testnet.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.Multiset;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.Descriptors;
import org.onion4j.testnet.SeenCircuit;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestRelay;
import org.onion4j.testnet.junit.OnionNetwork;

/** What relays learn of a service and its client, on the record of all that they saw. */
@OnionNetwork(seed = 5, relays = 12)
@Timeout(120)
class OnionServicePrivacyTest {
    /** What only relays are told that a service or client came to over a path of others. */
    private static final Set<String> FAR_FROM_WHO_ASKS =
            Set.of("ESTABLISH_INTRO", "INTRODUCE1", "ESTABLISH_RENDEZVOUS", "RENDEZVOUS1");

    private static final String DIRECTORY_REQUEST = "BEGIN_DIR";

    private record Link(String from, String to, int circuitId) {}

    private record Seen(TestRelay relay, SeenCircuit circuit) {}

    private static List<Seen> all(TestNetwork network) {
        return network.relays().stream()
                .flatMap(relay -> relay.seen().stream().map(circuit -> new Seen(relay, circuit)))
                .toList();
    }

    private static Set<InetAddress> clients(TestNetwork network) {
        return all(network).stream()
                .map(seen -> seen.circuit.previous())
                .filter(SeenCircuit.Peer::isClient)
                .map(peer -> peer.address().getAddress())
                .collect(Collectors.toSet());
    }

    private static Set<String> messages(SeenCircuit circuit) {
        return circuit.cells().stream()
                .flatMap(cells -> cells.message().stream())
                .collect(Collectors.toSet());
    }

    @Test
    void firstHopsAlone_knowServiceAndClient_andNoExitIsUsed(TestNetwork network) throws Exception {
        Multiset<String> taken = Descriptors.countTaken(network);
        try (OnionClient host = network.newClient();
                OnionClient client = network.newClient();
                OnionService service = host.host(OnionServiceConfig.builder()
                        .port(80, stream -> stream.close())
                        .build())) {
            service.awaitPublished(Duration.ofMinutes(1));
            InetAddress hostAddress = clients(network).iterator().next();
            assertThat(clients(network)).hasSize(1);
            try (OnionStream stream = client.openStream(service.address(), 80)) {
                assertThat(stream.getInputStream().readAllBytes()).isEmpty();
            }

            Map<Link, Seen> byOutgoing = byOutgoing(network);
            Map<String, Set<InetAddress>> cameFrom = new HashMap<>(); // where the circuits of a message began
            Multiset<String> uploads = HashMultiset.create();
            for (Seen seen : all(network)) {
                assertThat(seen.circuit.knowsDestination())
                        .as("a use of an exit: %s", seen)
                        .isFalse();
                for (String message : messages(seen.circuit)) {
                    if (!isFarFromWhoAsks(message, seen)) {
                        continue;
                    }
                    InetAddress origin = origin(seen, byOutgoing);
                    cameFrom.computeIfAbsent(message, any -> new HashSet<>()).add(origin);
                    if (message.equals(DIRECTORY_REQUEST) && origin.equals(hostAddress)) {
                        uploads.add(seen.relay.nickname());
                    }
                }
            }
            Set<InetAddress> others = new HashSet<>(clients(network));
            assertThat(others.remove(hostAddress)).isTrue();
            assertThat(others).hasSize(1);
            assertThat(cameFrom)
                    .containsEntry("ESTABLISH_INTRO", Set.of(hostAddress))
                    .containsEntry("RENDEZVOUS1", Set.of(hostAddress))
                    .containsEntry("INTRODUCE1", others)
                    .containsEntry("ESTABLISH_RENDEZVOUS", others)
                    .containsEntry(DIRECTORY_REQUEST, clients(network));
            assertThat(uploads).as("uploads over a path of others").isNotEmpty().isEqualTo(taken);
            for (InetAddress address : clients(network)) {
                assertThat(firstHops(network, address)).as("guards in use").hasSizeLessThanOrEqualTo(2);
            }
        }
    }

    /** A client asks its first hop for the consensus and microdescriptors itself, and nobody for anything else. */
    private static boolean isFarFromWhoAsks(String message, Seen seen) {
        return FAR_FROM_WHO_ASKS.contains(message)
                || (message.equals(DIRECTORY_REQUEST)
                        && !seen.circuit.previous().isClient());
    }

    private static Map<Link, Seen> byOutgoing(TestNetwork network) {
        Map<Link, Seen> byOutgoing = new HashMap<>();
        for (Seen seen : all(network)) {
            seen.circuit
                    .next()
                    .flatMap(SeenCircuit.Peer::relay)
                    .ifPresent(to -> byOutgoing.put(
                            new Link(
                                    seen.relay.nickname(),
                                    to,
                                    seen.circuit.nextCircuitId().orElseThrow()),
                            seen));
        }
        return byOutgoing;
    }

    /** Where a circuit begins of which a relay saw the end, and that it has three hops at the least. */
    private static InetAddress origin(Seen last, Map<Link, Seen> byOutgoing) {
        Seen first = last;
        int hops = 1;
        while (!first.circuit.previous().isClient()) {
            String before = first.circuit.previous().relay().orElseThrow();
            first = byOutgoing.get(new Link(before, first.relay.nickname(), first.circuit.previousCircuitId()));
            hops++;
        }
        assertThat(hops).as("hops to %s", last).isGreaterThanOrEqualTo(3);
        return first.circuit.previous().address().getAddress();
    }

    /** The relays at which circuits of more than one hop begin that come from an address. */
    private static Set<String> firstHops(TestNetwork network, InetAddress address) {
        return all(network).stream()
                .filter(seen ->
                        seen.circuit.knowsClient() && seen.circuit.next().isPresent())
                .filter(seen -> seen.circuit.previous().address().getAddress().equals(address))
                .map(seen -> seen.relay.nickname())
                .collect(Collectors.toSet());
    }
}
