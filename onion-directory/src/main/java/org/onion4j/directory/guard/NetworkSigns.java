package org.onion4j.directory.guard;

import java.time.Duration;
import java.util.Optional;
import org.onion4j.directory.guard.TimeSource.Moment;

/**
 * What the fate of circuits tells of the network between us and the guards. As long as nothing works it may be this
 * network that is down, and then no number of guards would help. Spec: guard-spec, "When a circuit succeeds", and our
 * own rules (see {@link GuardManager}). Confined to {@link GuardManager}'s lock.
 */
final class NetworkSigns {
    private static final int MAX_EXPLORATION_DOUBLINGS = 3;

    /** Outages that are shorter than this lead to no other guards. */
    private static final Duration MIN_SILENCE = Duration.ofSeconds(20);

    /** A guard that was silent for so long, while others answered, is down. */
    private static final Duration TELLING_SILENCE = Duration.ofSeconds(15);

    private Optional<Moment> lastActivity = Optional.empty();

    /** How many circuits have failed at their guards since anything worked. */
    private int failures;

    /** Since when all primary guards have been known to fail, and nothing has worked. */
    private Optional<Moment> silentSince = Optional.empty();

    /** Since nothing has worked: how many guards beside the primary ones were tried. */
    private int explorations;

    /** Since the last of those: how often each primary guard was tried. */
    private int rounds;

    int failures() {
        return failures;
    }

    /** Something came back from a guard. */
    void noteActivity(Moment now) {
        lastActivity = Optional.of(now);
        failures = 0;
    }

    void noteFailure() {
        failures++;
    }

    /** A circuit got built, or the network is said to be back. */
    void endSilence() {
        failures = 0;
        silentSince = Optional.empty();
        explorations = 0;
        rounds = 0;
    }

    /**
     * Whether it is time to try a guard beside the primary ones though nothing works at all: not before it has been so
     * for a while, and after these were tried once, then twice more, then four times, then each eight times.
     */
    boolean mayExplore(Moment now) {
        silentSince = Optional.of(silentSince.orElse(now));
        rounds++;
        if (rounds < 1 << Math.min(explorations, MAX_EXPLORATION_DOUBLINGS)
                || !silentSince.get().isOlderThan(MIN_SILENCE, now)) {
            return false;
        }
        explorations++;
        rounds = 0;
        return true;
    }

    boolean isSilentFor(Duration interval, Moment now) {
        return !lastActivity.isPresent() || lastActivity.get().isOlderThan(interval, now);
    }

    /** Whether something answered in the midst of a long time in which an attempt had no answer. */
    boolean answeredDuring(Moment begun, Moment now) {
        return begun.isOlderThan(TELLING_SILENCE, now)
                && lastActivity.isPresent()
                && lastActivity.get().ticks() > begun.ticks();
    }
}
