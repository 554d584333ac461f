package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.testing.SeededRandom;

class RetryScheduleTest {
    /** The delay is drawn from one second to three times the one before, as the specification has it. */
    @Test
    void nextDelay_firstFailures_areDecorrelatedJitter() {
        for (int seed = 0; seed < 200; seed++) {
            RetrySchedule schedule = new RetrySchedule(new SeededRandom(seed));
            Duration last = Duration.ZERO;
            for (int i = 0; i < 5; i++) {
                Duration delay = schedule.nextDelay();
                Duration upper = last.multipliedBy(3).compareTo(Duration.ofSeconds(2)) > 0
                        ? last.multipliedBy(3)
                        : Duration.ofSeconds(2);
                assertThat(delay).isBetween(Duration.ofSeconds(1), upper);
                last = delay;
            }
        }
    }

    /** T31: not more than some twenty tries in an hour, but also not less than a few. */
    @Test
    void t31_nextDelay_inAnHour() {
        for (int seed = 0; seed < 200; seed++) {
            RetrySchedule schedule = new RetrySchedule(new SeededRandom(seed));
            Duration sum = Duration.ZERO;
            int tries = 0;
            while (sum.compareTo(Duration.ofHours(1)) < 0) {
                sum = sum.plus(schedule.nextDelay());
                tries++;
            }
            assertThat(tries).isBetween(8, 20);
            assertThat(schedule.failures()).isEqualTo(tries);
            assertThat(schedule.nextDelay()).isBetween(Duration.ofSeconds(10), Duration.ofMinutes(20));
        }
    }

    @Test
    void reset_beginsAnew() {
        RetrySchedule schedule = new RetrySchedule(new SeededRandom(1));
        for (int i = 0; i < 40; i++) {
            schedule.nextDelay();
        }
        schedule.reset();
        assertThat(schedule.failures()).isZero();
        assertThat(schedule.nextDelay()).isLessThan(Duration.ofSeconds(2));
    }
}
