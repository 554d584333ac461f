package org.onion4j.testnet.privacy;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.onion4j.testnet.SeenCircuit;

/**
 * The privacy property, on the record of what all relays saw: says in words whatever offends against it. One use.
 *
 * <p>A circuit is followed from relay to relay by the IDs that it has on the links between them, which no relay could do.
 */
final class PrivacyRules {
    private static final int HOPS = 3;
    private static final int NO_END = 8;

    private record Link(String from, String to, int circuitId) {}

    private final List<Sight> sights;
    private final Truth truth;
    private final Map<Link, Sight> byOutgoing = new HashMap<>();
    private final Map<InetAddress, Set<String>> firstHops = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private int circuitsToDestinations;
    private int shared;

    private PrivacyRules(List<Sight> sights, Truth truth) {
        this.sights = sights;
        this.truth = truth;
        for (Sight sight : sights) {
            sight.next().flatMap(SeenCircuit.Peer::relay).ifPresent(to -> {
                Link link = new Link(sight.relay(), to, sight.nextId().orElseThrow());
                if (byOutgoing.put(link, sight) != null) {
                    violations.add("two circuits on " + link);
                }
            });
        }
    }

    /**
     * What a check has found.
     *
     * @param circuits that led to destinations
     * @param shared how many of them had several streams or look-ups
     */
    record Verdict(ImmutableList<String> violations, int circuits, int shared) {}

    static Verdict check(List<Sight> sights, Truth truth) {
        return new PrivacyRules(sights, truth).check();
    }

    private Verdict check() {
        for (Sight sight : sights) {
            checkPeers(sight);
            checkText(sight);
            if (sight.tellsDestination()) {
                checkDestinations(sight);
            }
            checkPath(sight);
        }
        firstHops.forEach((client, guards) -> {
            if (guards.size() > truth.maxGuards()) {
                violations.add("the client at " + client.getHostAddress() + " has used the guards " + guards);
            }
        });
        return new Verdict(ImmutableList.copyOf(violations), circuitsToDestinations, shared);
    }

    private void violated(String what, Sight sight) {
        violations.add(what + ": " + sight);
    }

    /** Clients are clients, relays are relays, and each is where it should be. */
    private void checkPeers(Sight sight) {
        InetAddress before = sight.previous().address().getAddress();
        if (sight.previous().isClient() != truth.isClient(before)) {
            violated("a client's address is not a client's, or a relay's is one", sight);
        }
        if (sight.next().isPresent()) {
            SeenCircuit.Peer next = sight.next().get();
            if (next.isClient() || truth.isClient(next.address().getAddress())) {
                violated("a circuit goes on to a client", sight);
            }
        }
        if (sight.addresses().stream().anyMatch(truth::isClient)) {
            violated("an exit connects to a client", sight);
        }
        if (sight.isFirstOfMore()) {
            firstHops.computeIfAbsent(before, client -> new TreeSet<>()).add(sight.relay());
        }
    }

    /** Nothing is written between the lines. */
    private void checkText(Sight sight) {
        if (!sight.tellsDestination() && truth.owners().keySet().stream().anyMatch(sight.text()::contains)) {
            violated("a destination is in the record of one who was not asked for it", sight);
        }
        if (!sight.previous().isClient()
                && truth.clients().values().stream()
                        .anyMatch(client -> sight.text().contains(client.getHostAddress() + " ")
                                || sight.text().contains(client.getHostAddress() + ";"))) {
            violated("a client's address is in the record of one who is not first", sight);
        }
    }

    private void checkDestinations(Sight sight) {
        circuitsToDestinations++;
        if (sight.destinations().size() > 1) {
            shared++;
        }
        if (sight.previous().isClient()) {
            violated("a relay knows both the client and the destination", sight);
        }
        if (sight.next().isPresent()) {
            violated("a relay that is not last knows the destination", sight);
        }
        if (!truth.exits().contains(sight.relay())) {
            violated("a relay is asked for what its policy rules out", sight);
        }
        Set<String> owners = owners(sight);
        if (owners.size() > 1) {
            violated("a circuit is shared by " + owners, sight);
        }
    }

    private Set<String> owners(Sight sight) {
        Set<String> owners = new TreeSet<>();
        for (SeenCircuit.Destination destination : sight.destinations()) {
            if (destination.purpose() == SeenCircuit.Purpose.DIRECTORY) {
                owners.add("the client's directory");
            } else {
                truth.ownerOf(destination.host())
                        .ifPresentOrElse(owners::add, () -> violated("nobody has asked for " + destination, sight));
            }
        }
        for (InetAddress address : sight.addresses()) {
            truth.ownerOf(address)
                    .ifPresentOrElse(owners::add, () -> violated("nobody has asked for " + address, sight));
        }
        return owners;
    }

    /** Follows the circuit back to the client. */
    private void checkPath(Sight last) {
        List<Sight> path = new ArrayList<>();
        path.add(last);
        Sight sight = last;
        while (!sight.previous().isClient()) {
            Sight before = byOutgoing.get(new Link(sight.previous().relay().get(), sight.relay(), sight.previousId()));
            if (before == null) {
                violated("the relay before has not seen this circuit", sight);
                return;
            }
            path.add(before);
            sight = before;
            if (path.size() > NO_END) {
                violated("a circuit goes round and round", last);
                return;
            }
        }
        checkRelays(path);
        if (last.tellsDestination()) {
            if (path.size() != HOPS) {
                violated("a circuit to a destination has " + path.size() + " hops", last);
            }
            InetAddress client = sight.previous().address().getAddress();
            for (String owner : owners(last)) {
                if (!client.equals(truth.clients().get(owner))) {
                    violated("the circuit of another client serves " + owner, last);
                }
            }
        }
    }

    private void checkRelays(List<Sight> path) {
        Set<String> relays = new HashSet<>();
        Set<Integer> subnets = new HashSet<>();
        for (Sight sight : path) {
            if (!relays.add(sight.relay())) {
                violated("a relay comes twice in a circuit", sight);
            } else if (!subnets.add(truth.subnet(sight.relay()))) {
                violated("two relays of one network are in a circuit", sight);
            }
        }
        if (path.size() > HOPS) {
            violated("a circuit is too long", path.get(0));
        }
        Sight first = path.get(path.size() - 1);
        if (path.size() > 1 && !truth.guards().contains(first.relay())) {
            violated("the first hop is no guard", first);
        }
    }
}
