package org.onion4j.testnet.privacy;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.onion4j.testnet.SeenCircuit;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestRelay;

/** What a relay saw of a circuit, in a form that a test can also make up. */
record Sight(
        String relay,
        SeenCircuit.Peer previous,
        int previousId,
        Optional<SeenCircuit.Peer> next,
        OptionalInt nextId,
        ImmutableList<SeenCircuit.Destination> destinations,
        ImmutableList<InetAddress> addresses,
        String text) {

    static Sight of(TestRelay relay, SeenCircuit seen) {
        return new Sight(
                relay.nickname(),
                seen.previous(),
                seen.previousCircuitId(),
                seen.next(),
                seen.nextCircuitId(),
                ImmutableList.copyOf(seen.destinations()),
                ImmutableList.copyOf(seen.addresses()),
                seen.toString());
    }

    /** All that all relays of a network have seen. */
    static List<Sight> all(TestNetwork network) {
        return network.relays().stream()
                .flatMap(relay -> relay.seen().stream().map(seen -> of(relay, seen)))
                .collect(Collectors.toList());
    }

    /** Whether it tells what somebody wanted outside of the network. */
    boolean tellsDestination() {
        return destinations.stream().anyMatch(one -> one.purpose() != SeenCircuit.Purpose.DIRECTORY)
                || !addresses.isEmpty();
    }

    /** Whether the circuit is more than a directory request to the first hop. */
    boolean isFirstOfMore() {
        return previous.isClient() && next.isPresent();
    }

    Sight withPrevious(SeenCircuit.Peer peer, int circuitId) {
        return new Sight(relay, peer, circuitId, next, nextId, destinations, addresses, text);
    }

    Sight withNext(Optional<SeenCircuit.Peer> peer) {
        return new Sight(relay, previous, previousId, peer, nextId, destinations, addresses, text);
    }

    Sight withRelay(String nickname) {
        return new Sight(nickname, previous, previousId, next, nextId, destinations, addresses, text);
    }

    Sight withDestination(SeenCircuit.Destination destination) {
        ImmutableList<SeenCircuit.Destination> more = ImmutableList.<SeenCircuit.Destination>builder()
                .addAll(destinations)
                .add(destination)
                .build();
        return new Sight(relay, previous, previousId, next, nextId, more, addresses, text);
    }

    Sight withAddress(InetAddress address) {
        return new Sight(relay, previous, previousId, next, nextId, destinations, ImmutableList.of(address), text);
    }

    Sight withText(String more) {
        return new Sight(relay, previous, previousId, next, nextId, destinations, addresses, text + more);
    }
}
