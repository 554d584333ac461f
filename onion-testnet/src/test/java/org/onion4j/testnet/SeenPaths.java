package org.onion4j.testnet;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whole circuits, put together from what each of their relays has seen. */
final class SeenPaths {
    private SeenPaths() {}

    /** A circuit at a relay, mostly the one where it ends. */
    record Ended(TestRelay relay, SeenCircuit circuit) {}

    /** The circuits that ended at a relay that got this message, of clients that the relay doesn't know. */
    static List<Ended> circuitsWith(TestNetwork network, String message) {
        List<Ended> found = new ArrayList<>();
        for (TestRelay relay : network.relays()) {
            circuitsAt(relay, message).forEach(circuit -> found.add(new Ended(relay, circuit)));
        }
        return found;
    }

    /** The same at one relay. */
    static List<SeenCircuit> circuitsAt(TestRelay relay, String message) {
        List<SeenCircuit> found = new ArrayList<>();
        for (SeenCircuit circuit : relay.seen()) {
            boolean got = circuit.cells().stream()
                    .anyMatch(cells -> cells.direction() == SeenCircuit.Direction.FORWARD
                            && cells.message().equals(Optional.of(message)));
            if (got && !circuit.knowsClient()) {
                found.add(circuit);
            }
        }
        return found;
    }

    /** The relays of a circuit from the client on. */
    static List<TestRelay> path(TestNetwork network, Ended end) {
        return Lists.transform(hops(network, end), Ended::relay);
    }

    /** What each relay of a circuit has seen of it, from the client on. */
    static List<Ended> hops(TestNetwork network, Ended end) {
        List<Ended> hops = new ArrayList<>();
        Ended hop = end;
        hops.add(hop);
        while (!hop.circuit().knowsClient()) {
            TestRelay before = network.relay(hop.circuit().previous().relay().orElseThrow());
            String name = hop.relay().nickname();
            int id = hop.circuit().previousCircuitId();
            SeenCircuit circuit = before.seen().stream()
                    .filter(one -> one.nextCircuitId().orElse(0) == id
                            && one.next().flatMap(SeenCircuit.Peer::relay).equals(Optional.of(name)))
                    .findAny()
                    .orElseThrow();
            hop = new Ended(before, circuit);
            hops.add(0, hop);
        }
        return hops;
    }
}
