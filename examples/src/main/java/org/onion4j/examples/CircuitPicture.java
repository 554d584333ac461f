package org.onion4j.examples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.onion4j.testnet.SeenCircuit;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestRelay;

/** Draws the circuit that led to a destination, put together from what its relays saw: each of them alone could not. */
final class CircuitPicture {
    private record Hop(TestRelay relay, SeenCircuit seen) {}

    private CircuitPicture() {}

    /** The lines of the picture; one that says so if no circuit led there. */
    static List<String> of(TestNetwork network, String host, int port) {
        List<Hop> hops = hops(network, host, port);
        if (hops.isEmpty()) {
            return List.of("no relay was asked for " + host + ":" + port);
        }
        List<String> lines = new ArrayList<>();
        lines.add("    the client, at "
                + hops.get(0).seen.previous().address().getAddress().getHostAddress());
        for (int i = 0; i < hops.size(); i++) {
            Hop hop = hops.get(i);
            String role = i == 0 ? "guard" : i == hops.size() - 1 ? "exit" : "middle";
            lines.add("      |");
            lines.add(String.format("    %-8s %-6s  saw      %s", hop.relay.nickname(), role, saw(hop.seen)));
            lines.add("      |              not      " + couldNotSee(hop.seen));
        }
        lines.add("      |");
        lines.add("    " + host + ":" + port);
        return lines;
    }

    private static String saw(SeenCircuit seen) {
        String from = seen.previous().isClient()
                ? "the client's address, "
                : seen.previous().relay().get() + " before it, ";
        String to = seen.next().isPresent()
                ? seen.next().get().relay().orElse("?") + " after it, "
                : seen.destinations().get(0) + ", ";
        return from + to + seen.cellCount() + " cells";
    }

    private static String couldNotSee(SeenCircuit seen) {
        List<String> unseen = new ArrayList<>();
        if (!seen.knowsClient()) {
            unseen.add("who the client is");
        }
        if (!seen.knowsDestination()) {
            unseen.add("where it goes");
            unseen.add("what is sent");
        }
        return String.join(", ", unseen);
    }

    private static List<Hop> hops(TestNetwork network, String host, int port) {
        List<Hop> hops = new ArrayList<>();
        Optional<Hop> hop = all(network)
                .filter(one -> one.seen.destinations().stream()
                        .anyMatch(to -> to.host().equals(host) && to.port() == port))
                .findFirst();
        while (hop.isPresent()) {
            Hop found = hop.get();
            hops.add(0, found);
            hop = found.seen.previous().relay().flatMap(before -> before(network, before, found));
        }
        return hops;
    }

    /** The same circuit at the relay before: the busiest of those that lead from there to here. */
    private static Optional<Hop> before(TestNetwork network, String nickname, Hop hop) {
        return all(network)
                .filter(one -> one.relay.nickname().equals(nickname))
                .filter(one -> one.seen
                        .next()
                        .flatMap(SeenCircuit.Peer::relay)
                        .filter(hop.relay.nickname()::equals)
                        .isPresent())
                .max(Comparator.comparingLong(one -> one.seen.cellCount()));
    }

    private static Stream<Hop> all(TestNetwork network) {
        return network.relays().stream().flatMap(relay -> relay.seen().stream().map(seen -> new Hop(relay, seen)));
    }
}
