package org.onion4j.hs.ring;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.Immutable;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.directory.view.NetworkView;

/**
 * What time it is on the ring, which the consensus decides and no clock of ours: the time period, the run of the shared
 * random protocol, and which shared random value goes with which period. Spec: rend-spec-v3, "Dividing time into
 * periods", "Using time periods and SRVs to fetch/upload HS descriptors".
 *
 * @param validAfter of the consensus
 * @param votingInterval fresh-until less valid-after, in whole seconds, at least 1
 * @param periodMinutes length of a time period
 */
@Immutable
public record RingTimes(Instant validAfter, Duration votingInterval, int periodMinutes) {
    private static final int ROUNDS_PER_RUN = 24;
    private static final int OFFSET_ROUNDS = 12;
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int DEFAULT_PERIOD_MINUTES = 1440;
    private static final int MIN_PERIOD_MINUTES = 5;
    private static final int MAX_PERIOD_MINUTES = 14_400;

    public RingTimes {
        checkArgument(seconds(votingInterval) > 0, "voting interval %s", votingInterval);
        checkArgument(periodMinutes > 0, "time period of %s minutes", periodMinutes);
    }

    /** Which of the two shared random values of a consensus. */
    public enum RandomValue {
        CURRENT,
        PREVIOUS
    }

    /**
     * A time period and the value that goes with it.
     *
     * @param randomStart when the run of the shared random protocol began that the value is published in
     */
    @Immutable
    public record Slot(TimePeriod period, RandomValue random, Instant randomStart) {}

    /**
     * The times of a network.
     *
     * @param testing whether it is a testing network, where a time period is as long as a run of the shared random
     *     protocol
     */
    public static RingTimes of(NetworkView view, boolean testing) {
        int minutes = view.parameter("hsdir_interval", DEFAULT_PERIOD_MINUTES, MIN_PERIOD_MINUTES, MAX_PERIOD_MINUTES);
        return of(view.validAfter(), view.freshUntil(), testing, minutes);
    }

    static RingTimes of(Instant validAfter, Instant freshUntil, boolean testing, int periodMinutes) {
        long seconds = Math.max(1, seconds(Duration.between(validAfter, freshUntil)));
        long minutes = testing ? Math.max(1, ROUNDS_PER_RUN * seconds / SECONDS_PER_MINUTE) : periodMinutes;
        return new RingTimes(validAfter, Duration.ofSeconds(seconds), (int) Math.min(minutes, MAX_PERIOD_MINUTES));
    }

    /** The time period of the consensus. */
    public TimePeriod period() {
        long minutes = validAfter.getEpochSecond() / SECONDS_PER_MINUTE;
        long offset = offsetSeconds() / SECONDS_PER_MINUTE;
        return new TimePeriod(Math.max(0, (minutes - offset) / periodMinutes), periodMinutes);
    }

    /** When a time period begins. */
    public Instant start(TimePeriod period) {
        return Instant.ofEpochSecond(period.number() * period.lengthMinutes() * SECONDS_PER_MINUTE + offsetSeconds());
    }

    /** When the run of the shared random protocol began in which the consensus is. */
    public Instant runStart() {
        long interval = seconds(votingInterval);
        long round = validAfter.getEpochSecond() / interval % ROUNDS_PER_RUN;
        return validAfter.minusSeconds(round * interval);
    }

    /** Whether a time period has begun since the last shared random value came. */
    public boolean isBetweenPeriodAndRandom() {
        TimePeriod ofRun = new RingTimes(runStart(), votingInterval, periodMinutes).period();
        return !validAfter.isBefore(start(ofRun.next()));
    }

    /** What a client fetches by. */
    public Slot forClient() {
        return isBetweenPeriodAndRandom() ? slot(period(), RandomValue.CURRENT) : firstOfService();
    }

    /** What a service uploads the first of its two descriptors by: for clients that have an older consensus. */
    public Slot firstOfService() {
        TimePeriod now = period();
        return slot(isBetweenPeriodAndRandom() ? previous(now) : now, RandomValue.PREVIOUS);
    }

    /** What a service uploads the second one by: for clients that have a newer consensus. */
    public Slot secondOfService() {
        return slot(isBetweenPeriodAndRandom() ? period() : period().next(), RandomValue.CURRENT);
    }

    private static TimePeriod previous(TimePeriod period) {
        return period.number() == 0 ? period : period.previous();
    }

    private Slot slot(TimePeriod period, RandomValue random) {
        Instant start = runStart();
        return new Slot(
                period,
                random,
                random == RandomValue.CURRENT ? start : start.minus(votingInterval.multipliedBy(ROUNDS_PER_RUN)));
    }

    private long offsetSeconds() {
        return OFFSET_ROUNDS * seconds(votingInterval);
    }

    private static long seconds(Duration duration) {
        return duration.toMillis() / MILLIS_PER_SECOND;
    }
}
