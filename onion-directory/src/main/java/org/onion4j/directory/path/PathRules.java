package org.onion4j.directory.path;

import java.util.function.Predicate;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * What the client's configuration adds to the choice of relays.
 *
 * @param enforceDistinctSubnets whether two relays of one IPv4 /16 or IPv6 /32 may not share a path; off in testing
 *     networks, where all have one address
 * @param usable relays that may be used at all; called from any thread
 */
public record PathRules(boolean enforceDistinctSubnets, Predicate<Relay> usable) {
    /** The rules of the public network. */
    public static final PathRules DEFAULT = new PathRules(true, relay -> true);

    /** These rules for a network whose relays share addresses. */
    public PathRules withoutDistinctSubnets() {
        return new PathRules(false, usable);
    }

    /** Whether two relays may not stand in one path: one relay, one family, or one subnet. */
    public boolean related(NetworkView view, Relay a, Relay b) {
        return a.rsaIdentity().equals(b.rsaIdentity())
                || (enforceDistinctSubnets && view.sameSubnet(a, b))
                || view.sameFamily(a, b);
    }
}
