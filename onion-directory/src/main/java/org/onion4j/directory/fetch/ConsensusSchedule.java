package org.onion4j.directory.fetch;

import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.view.Liveness;

/**
 * When a client fetches the next consensus. Spec: dir-spec, "Downloading network-status documents": at a random moment
 * from three quarters into the first interval after it ceased to be fresh, to seven eighths of what is left from there
 * until it is no longer valid. Static methods: any thread.
 */
final class ConsensusSchedule {
    private ConsensusSchedule() {}

    /** The moment for the consensus after this one; at once if this one isn't live. */
    static Instant nextFetch(Consensus consensus, Instant now, RandomSource random) {
        if (Liveness.of(consensus, now) != Liveness.LIVE) {
            return now;
        }
        Duration interval = Duration.between(consensus.validAfter(), consensus.freshUntil());
        Instant start = consensus.freshUntil().plusMillis(interval.toMillis() / 4 * 3);
        long window =
                Math.max(1000, Duration.between(start, consensus.validUntil()).toMillis() / 8 * 7);
        Instant chosen = start.plusMillis(random.nextLong(window));
        return chosen.isBefore(consensus.validUntil()) ? chosen : consensus.validUntil();
    }
}
