package org.onion4j.directory.supply;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.path.ExitTarget;
import org.onion4j.directory.view.Relay;

/**
 * What a stream needs of its circuit.
 *
 * @param target where it goes
 * @param isolation streams with values that are not equal never share a circuit; those without one go together
 * @param refused exits that it has tried in vain
 */
public record CircuitNeed(ExitTarget target, Optional<Object> isolation, ImmutableSet<RsaIdentity> refused) {
    /** Ports of connections that stay open for long, for which all relays should be Stable. Spec: path-spec. */
    private static final ImmutableSet<Integer> LONG_LIVED_PORTS =
            ImmutableSet.of(21, 22, 706, 1863, 5050, 5190, 5222, 5223, 6523, 6667, 6697, 8300);

    boolean isStable() {
        return isLongLived(target.ports());
    }

    static boolean isLongLived(Iterable<Integer> ports) {
        for (int port : ports) {
            if (LONG_LIVED_PORTS.contains(port)) {
                return true;
            }
        }
        return false;
    }

    boolean allows(Relay exit) {
        return !refused.contains(exit.rsaIdentity()) && target.allowedBy(exit);
    }

    /** Says nothing of the destination. */
    @Override
    public String toString() {
        return "CircuitNeed";
    }
}
