package org.onion4j.testnet.dir;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.time.Instant;

/**
 * When authorities vote. Intervals are counted from 1970, so that an hour of them begins with the hour. Immutable. Spec:
 * dir-spec, "Voting".
 *
 * @param interval for how long a consensus is fresh: whole seconds, at least 10, which is the least that C tor takes
 * @param voteDelay how long before a consensus counts its makers publish their votes
 * @param distDelay how long before it counts they publish their signatures
 * @param intervalsValid for how many intervals a consensus is valid, at least 2
 */
public record VotingSchedule(Duration interval, Duration voteDelay, Duration distDelay, int intervalsValid) {
    /** Rounds in which authorities commit themselves to random numbers, and as many in which they reveal them. */
    static final int RANDOM_ROUNDS = 12;

    private static final Duration SHORTEST = Duration.ofSeconds(10);
    private static final Duration SHORTEST_DELAY = Duration.ofSeconds(2);

    public VotingSchedule {
        checkArgument(interval.compareTo(SHORTEST) >= 0, "voting interval of %s", interval);
        checkArgument(interval.toMillis() % 1000 == 0, "voting interval of %s", interval);
        checkArgument(intervalsValid >= 2, "valid for %s intervals", intervalsValid);
        checkArgument(
                voteDelay.compareTo(SHORTEST_DELAY) >= 0 && distDelay.compareTo(SHORTEST_DELAY) >= 0,
                "delays of %s and %s",
                voteDelay,
                distDelay);
        checkArgument(voteDelay.plus(distDelay).compareTo(interval) < 0, "delays longer than the interval");
    }

    /** An interval of this length with short delays, valid for three of them. */
    public static VotingSchedule every(Duration interval) {
        return new VotingSchedule(interval, SHORTEST_DELAY, SHORTEST_DELAY, 3);
    }

    /** The beginning of the interval that a moment is in: from when on its consensus counts. */
    public Instant validAfter(Instant now) {
        return Instant.ofEpochSecond(number(now) * interval.toSeconds());
    }

    /** The beginning of the next interval. */
    public Instant freshUntil(Instant validAfter) {
        return validAfter.plus(interval);
    }

    /** When the consensus of an interval is no longer valid. */
    public Instant validUntil(Instant validAfter) {
        return validAfter.plus(interval.multipliedBy(intervalsValid));
    }

    /** The number of the interval that a moment is in, from 1970 on. */
    long number(Instant moment) {
        return Math.floorDiv(moment.getEpochSecond(), interval.toSeconds());
    }

    /** The run of the shared random protocol that the consensus of an interval belongs to. */
    long randomRun(Instant validAfter) {
        return Math.floorDiv(number(validAfter), 2L * RANDOM_ROUNDS);
    }

    /** The round within its run, from 0. */
    int randomRound(Instant validAfter) {
        return (int) Math.floorMod(number(validAfter), 2L * RANDOM_ROUNDS);
    }
}
