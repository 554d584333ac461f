package org.onion4j.testnet.wire;

import com.google.common.collect.ImmutableList;

/**
 * What bytes between two hosts are exposed to at the moment. Immutable.
 *
 * @param frozen nothing moves
 * @param delayNanos how long they take at least
 * @param jitterNanos how much longer at most
 * @param limiters the hosts' limits of bandwidth that they have to pass, perhaps none
 */
record Conditions(boolean frozen, long delayNanos, long jitterNanos, ImmutableList<Limiter> limiters) {
    /** No faults. */
    static final Conditions CLEAR = new Conditions(false, 0, 0, ImmutableList.of());

    boolean isClear() {
        return !frozen && delayNanos == 0 && jitterNanos == 0 && limiters.isEmpty();
    }
}
