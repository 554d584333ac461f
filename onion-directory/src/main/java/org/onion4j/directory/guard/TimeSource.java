package org.onion4j.directory.guard;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Tells the time by two clocks at once. The wall clock can be set, the monotonic one may stand still while the device
 * sleeps; a {@link Moment} knows both, so that time that passed by either has passed. Any thread.
 */
public final class TimeSource {
    private final Clock clock;
    private final Ticker ticker;

    public TimeSource(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
    }

    public Moment now() {
        return new Moment(clock.instant(), ticker.read());
    }

    /**
     * A point in time of one run.
     *
     * @param wall by the wall clock
     * @param ticks by the monotonic clock, nanoseconds from an arbitrary origin
     */
    public record Moment(Instant wall, long ticks) {
        /** The time from this moment to a later one: the longer of what the two clocks say, never negative. */
        public Duration until(Moment later) {
            Duration byWall = Duration.between(wall, later.wall);
            Duration byTicks = Duration.ofNanos(Math.max(0, later.ticks - ticks));
            return byWall.compareTo(byTicks) > 0 ? byWall : byTicks;
        }

        /** Whether at least this much time has passed by then. */
        public boolean isOlderThan(Duration age, Moment now) {
            return until(now).compareTo(age) >= 0;
        }
    }
}
