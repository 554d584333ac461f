package org.onion4j.directory.path;

import java.util.function.Predicate;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * Which share of all paths, by weight, can be built with the microdescriptors at hand. A directory that withholds some
 * must not be able to choose our relays for us, so circuits wait until enough are there. Spec: path-spec, "We don't build
 * circuits until we have enough directory info".
 *
 * @param guards the share of guards that are known, 0 to 1, by their weight as guards
 * @param middles the same of all relays, as middle hops
 * @param exits the same of exits; that of the middle hops in a network without exits
 */
public record PathCoverage(double guards, double middles, double exits) {
    private static final int DEFAULT_NEEDED_PERCENT = 60;

    /** What is known of a view. A pass over all relays. */
    public static PathCoverage of(NetworkView view) {
        double middles = share(view, Position.MIDDLE, relay -> true);
        boolean anyExit = view.relays().stream().anyMatch(PathCoverage::mayBeExit);
        return new PathCoverage(
                share(view, Position.GUARD, relay -> relay.has(RelayFlag.GUARD)),
                middles,
                anyExit ? share(view, Position.EXIT, PathCoverage::mayBeExit) : middles);
    }

    private static boolean mayBeExit(Relay relay) {
        return relay.has(RelayFlag.EXIT)
                && !relay.has(RelayFlag.BAD_EXIT)
                && (!relay.hasMicrodescriptor() || ExitTarget.resolve().allowedBy(relay));
    }

    private static double share(NetworkView view, Position position, Predicate<Relay> belongs) {
        PositionWeights weights = new PositionWeights(view, position);
        double total = 0;
        double known = 0;
        int count = 0;
        int knownCount = 0;
        for (Relay relay : view.relays()) {
            if (!relay.has(RelayFlag.RUNNING) || !relay.has(RelayFlag.VALID) || !belongs.test(relay)) {
                continue;
            }
            double weight = weights.of(relay);
            total += weight;
            count++;
            if (relay.hasMicrodescriptor()) {
                known += weight;
                knownCount++;
            }
        }
        if (count == 0) {
            return 0;
        }
        return total > 0 ? known / total : (double) knownCount / count;
    }

    /** The share of all paths: the product of the three. */
    public double paths() {
        return guards * middles * exits;
    }

    /** The share of paths, 0 to 1, that the network wants its clients to know before they build circuits. */
    public static double needed(NetworkView view) {
        return view.parameter("min_paths_for_circs_pct", DEFAULT_NEEDED_PERCENT, 25, 95) / 100.0;
    }
}
