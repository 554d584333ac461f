package org.onion4j.hs.service;

import java.time.Duration;
import java.util.Optional;
import org.onion4j.directory.guard.TimeSource.Moment;

/**
 * How many circuits to introduction points a service may begin in five minutes, so that relays that fail one can't make it
 * build circuits for ever. Not for more than one thread.
 */
final class LaunchLimit {
    static final Duration PERIOD = Duration.ofMinutes(5);

    private final int most;
    private Optional<Moment> since = Optional.empty();
    private int launched;

    /** @param most in a period */
    LaunchLimit(int most) {
        this.most = most;
    }

    /** Whether one more may begin, which is then counted. */
    boolean take(Moment now) {
        if (!since.isPresent() || since.get().isOlderThan(PERIOD, now)) {
            since = Optional.of(now);
            launched = 0;
        }
        if (launched >= most) {
            return false;
        }
        launched++;
        return true;
    }

    /** One that was counted says nothing of the relays: it failed for a reason of ours. */
    void giveBack() {
        launched = Math.max(0, launched - 1);
    }

    /** Until more may begin. */
    Duration rest(Moment now) {
        return since.map(begun -> PERIOD.minus(begun.until(now))).orElse(Duration.ZERO);
    }

    /** What was counted says nothing of the network that there is now. */
    void reset() {
        since = Optional.empty();
    }
}
