package org.onion4j.directory.view;

import java.time.Duration;
import java.time.Instant;
import org.onion4j.directory.doc.Consensus;

/**
 * What the clock says of a consensus. Spec: dir-spec, "Downloading network-status documents".
 */
public enum Liveness {
    /** Its time has come and not yet passed. */
    LIVE,
    /** Not live, but by less than a day: still good for circuits if there is no other. */
    REASONABLY_LIVE,
    /** Its time begins in more than a day: the clock is slow. */
    PREMATURE,
    /** Its time ended more than a day ago: nothing may be built on it. */
    EXPIRED;

    /** How far from its time a consensus is still of use. */
    public static final Duration TOLERANCE = Duration.ofDays(1);

    /** The liveness of a consensus at a moment. */
    public static Liveness of(Consensus consensus, Instant now) {
        if (now.isBefore(consensus.validAfter().minus(TOLERANCE))) {
            return PREMATURE;
        } else if (now.isAfter(consensus.validUntil().plus(TOLERANCE))) {
            return EXPIRED;
        }
        boolean live = !now.isBefore(consensus.validAfter()) && !now.isAfter(consensus.validUntil());
        return live ? LIVE : REASONABLY_LIVE;
    }

    /** Whether circuits may be built on such a consensus. */
    public boolean usable() {
        return this == LIVE || this == REASONABLY_LIVE;
    }
}
