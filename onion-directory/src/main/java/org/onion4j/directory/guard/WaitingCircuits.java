package org.onion4j.directory.guard;

import java.time.Duration;
import java.util.List;
import org.onion4j.directory.guard.Guard.Reachable;
import org.onion4j.directory.guard.GuardSet.Network;
import org.onion4j.directory.guard.GuardUse.State;
import org.onion4j.directory.guard.TimeSource.Moment;

/**
 * Decides which circuits need no longer wait for a better guard. Spec: guard-spec, "Updating the list of waiting
 * circuits". Confined to {@link GuardManager}'s lock.
 *
 * @param set the sample in use
 * @param network what is known of the network
 * @param uses all circuits
 * @param now the time
 */
record WaitingCircuits(GuardSet set, Network network, List<GuardUse> uses, Moment now) {

    /** Whether this circuit may be used from now on. */
    boolean isReady(GuardUse use) {
        return use.stateLocked() == State.WAITING_FOR_BETTER_GUARD
                && set.isSampled(use.guard)
                && !mayPrimaryDo(use)
                && !isBlocked(use);
    }

    /** Whether a primary guard that the circuit could go through may work. */
    private boolean mayPrimaryDo(GuardUse use) {
        for (Guard guard : set.primary(network.parameters())) {
            guard.considerRetry(now);
            if (guard != use.guard
                    && !guard.isProvenDown(now)
                    && guard.relay.isPresent()
                    && use.restriction.allows(guard.relay.get(), network.selector())) {
                return true;
            }
        }
        return false;
    }

    /** Whether a circuit through a better guard is there or may be soon. */
    private boolean isBlocked(GuardUse use) {
        Duration patience = network.parameters().nonPrimaryConnectTimeout();
        for (GuardUse other : uses) {
            boolean inTheWay = switch (other.stateLocked()) {
                case COMPLETE, WAITING_FOR_BETTER_GUARD -> true;
                case USABLE_IF_NO_BETTER_GUARD -> !other.since.isOlderThan(patience, now);
                case USABLE_ON_COMPLETION, DEAD -> false;
            };
            if (inTheWay
                    && other.guard.reachable != Reachable.NO
                    && other.guard.isBetterThan(use.guard)
                    && use.restriction.allows(other.relay(), network.selector())) {
                return true;
            }
        }
        return false;
    }
}
