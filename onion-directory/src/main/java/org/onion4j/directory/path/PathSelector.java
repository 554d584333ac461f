package org.onion4j.directory.path;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.Subprotocol;
import org.onion4j.directory.path.NoPathException.Lack;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * Draws paths from one network view. Making one costs a pass over all relays; drawing a path costs microseconds.
 * Immutable, for any number of threads (as far as the random source is).
 *
 * <p>The last hop is chosen first, then the guard, then the hops between, front to back. No relay, family or subnet
 * occurs twice in a path. Each choice is weighted by bandwidth and the consensus's weights for the position. Spec:
 * path-spec, "Path selection and constraints".
 */
public final class PathSelector {
    private final NetworkView view;
    private final PathRules rules;
    private final WeightedRelays guards;
    private final WeightedRelays middles;
    private final WeightedRelays exits;
    private final WeightedRelays directories;

    private PathSelector(NetworkView view, PathRules rules) {
        this.view = view;
        this.rules = rules;
        Predicate<Relay> usable = rules.usable();
        this.guards = table(
                Position.GUARD, eligible(relay -> relay.has(RelayFlag.GUARD) && !relay.has(RelayFlag.MIDDLE_ONLY)));
        this.middles = table(Position.MIDDLE, eligible(usable.and(PathSelector::canExtend)));
        this.directories = table(Position.DIRECTORY, eligible(usable.and(relay -> relay.has(RelayFlag.V2_DIR))));
        this.exits = table(Position.EXIT, eligible(usable.and(PathSelector::letsOut)));
    }

    /** A selector for a view and the client's rules. */
    public static PathSelector of(NetworkView view, PathRules rules) {
        return new PathSelector(view, rules);
    }

    private List<Relay> eligible(Predicate<Relay> condition) {
        List<Relay> relays = new ArrayList<>();
        for (Relay relay : view.relays()) {
            if (relay.has(RelayFlag.RUNNING) && relay.has(RelayFlag.VALID) && condition.test(relay)) {
                relays.add(relay);
            }
        }
        return relays;
    }

    private WeightedRelays table(Position position, List<Relay> relays) {
        return new WeightedRelays(relays, new PositionWeights(view, position)::of);
    }

    /** By its policy: the Exit flag, for which more ports must be open than one, is a matter of weight alone. */
    private static boolean letsOut(Relay relay) {
        return canExtend(relay)
                && !relay.has(RelayFlag.BAD_EXIT)
                && !relay.has(RelayFlag.MIDDLE_ONLY)
                && ExitTarget.resolve().allowedBy(relay);
    }

    /** Whether circuits can go through the relay: we have its key, and it doesn't deny knowing CREATE2 and EXTEND2. */
    private static boolean canExtend(Relay relay) {
        return relay.hasMicrodescriptor()
                && (relay.protocols().isEmpty() || relay.protocols().supports(Subprotocol.RELAY, 2));
    }

    public NetworkView view() {
        return view;
    }

    public PathRules rules() {
        return rules;
    }

    /** Whether the network has any relay from which streams could leave. */
    public boolean hasExits() {
        return exits.size() > 0;
    }

    /** Whether two relays may not stand in one path. */
    public boolean related(Relay a, Relay b) {
        return rules.related(view, a, b);
    }

    /**
     * Draws a path.
     *
     * @throws NoPathException if some position can't be filled; says which one and why
     */
    public Path select(PathRequest request, FirstHop firstHop, RandomSource random) throws NoPathException {
        Relay last = chooseLast(request, firstHop, random);
        Relay first = firstHop.choose(last);
        if (related(first, last)) {
            throw new NoPathException(Position.GUARD, Lack.ALL_RELATED, "the guard is related to the last hop");
        }
        List<Relay> chosen = new ArrayList<>(request.length());
        chosen.add(first);
        List<Relay> avoided = new ArrayList<>(request.length());
        avoided.add(last);
        avoided.add(first);
        while (chosen.size() < request.length() - 1) {
            Relay middle = chooseMiddle(request, avoided, random);
            chosen.add(middle);
            avoided.add(middle);
        }
        chosen.add(last);
        return new Path(ImmutableList.copyOf(chosen));
    }

    /**
     * Draws a relay to be a guard later on, weighted for that position, among those with the Guard flag that fit. {@link
     * PathRules#usable} is not asked, as which guards we sample must not depend on the configuration; {@code fits} may.
     */
    public Optional<Relay> drawGuard(Predicate<Relay> fits, RandomSource random) {
        return guards.draw(fits, random);
    }

    /** Draws a relay for a hop between, or the last one of a path that leaves nowhere, weighted for that position. */
    public Optional<Relay> drawMiddle(Predicate<Relay> fits, RandomSource random) {
        return middles.draw(fits, random);
    }

    /** Draws a directory cache that fits, weighted for directory requests. */
    public Optional<Relay> drawDirectory(Predicate<Relay> fits, RandomSource random) {
        return directories.draw(fits, random);
    }

    private Relay chooseLast(PathRequest request, FirstHop firstHop, RandomSource random) throws NoPathException {
        if (request.end().isPresent()) {
            return request.end().get();
        }
        Predicate<Relay> wanted = request.lastHopFilter();
        if (request.target().isPresent()) {
            ExitTarget target = request.target().get();
            wanted = relay -> target.allowedBy(relay) && request.lastHopFilter().test(relay);
        }
        for (Predicate<Relay> flags : flagsToTry(request)) {
            Predicate<Relay> fits = flags.and(wanted);
            Optional<Relay> found = drawLast(request, fits.and(firstHop::suits), random);
            if (!found.isPresent()) {
                found = drawLast(request, fits, random);
            }
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw noLastHop(request);
    }

    private Optional<Relay> drawLast(PathRequest request, Predicate<Relay> fits, RandomSource random) {
        if (!request.target().isPresent()) {
            return middles.draw(fits.and(relay -> !relay.has(RelayFlag.MIDDLE_ONLY)), random);
        }
        return exits.draw(fits, random);
    }

    private NoPathException noLastHop(PathRequest request) {
        if (!request.target().isPresent()) {
            Lack lack = middles.size() == 0 ? Lack.NO_RELAY : Lack.ALL_EXCLUDED;
            return new NoPathException(Position.MIDDLE, lack, "no relay for the last hop");
        }
        ExitTarget target = request.target().get();
        if (!hasExits()) {
            return new NoPathException(Position.EXIT, Lack.NO_RELAY, "no exit is known");
        }
        if (exits.count(target::allowedBy) == 0) {
            return new NoPathException(Position.EXIT, Lack.NO_POLICY, "no exit allows " + target);
        }
        return new NoPathException(
                Position.EXIT, Lack.ALL_EXCLUDED, "each exit that allows " + target + " is excluded");
    }

    private Relay chooseMiddle(PathRequest request, List<Relay> avoided, RandomSource random) throws NoPathException {
        for (Predicate<Relay> flags : flagsToTry(request)) {
            Optional<Relay> found = middles.draw(relay -> flags.test(relay) && !isRelated(relay, avoided), random);
            if (found.isPresent()) {
                return found.get();
            }
        }
        Lack lack = middles.size() == 0 ? Lack.NO_RELAY : Lack.ALL_RELATED;
        throw new NoPathException(
                Position.MIDDLE,
                lack,
                lack == Lack.NO_RELAY
                        ? "no relay for a hop between"
                        : "each relay for a hop between is of one family or subnet with the guard or the exit");
    }

    private boolean isRelated(Relay relay, List<Relay> others) {
        for (Relay other : others) {
            if (related(relay, other)) {
                return true;
            }
        }
        return false;
    }

    /** The flags we want, then none: a network without Fast or Stable relays must do with what it has. */
    private static List<Predicate<Relay>> flagsToTry(PathRequest request) {
        Predicate<Relay> wanted = request.stable()
                ? relay -> relay.has(RelayFlag.FAST) && relay.has(RelayFlag.STABLE)
                : relay -> relay.has(RelayFlag.FAST);
        return ImmutableList.of(wanted, relay -> true);
    }
}
