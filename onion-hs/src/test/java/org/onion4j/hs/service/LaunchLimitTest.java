package org.onion4j.hs.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.guard.TimeSource.Moment;

/** A relay that fails us can't make us build circuits for ever. */
class LaunchLimitTest {
    private static final Moment BEGIN = new Moment(Instant.EPOCH, 0);

    private final LaunchLimit limit = new LaunchLimit(3);

    private static Moment after(Duration time) {
        return new Moment(Instant.EPOCH.plus(time), time.toNanos());
    }

    @Test
    void take_enough_waitsForTheNextPeriod() {
        for (int i = 0; i < 3; i++) {
            assertThat(limit.take(BEGIN)).isTrue();
        }
        Moment later = after(Duration.ofMinutes(4));
        assertThat(limit.take(later)).isFalse();
        assertThat(limit.rest(later)).isEqualTo(Duration.ofMinutes(1));

        Moment next = after(Duration.ofMinutes(5));
        assertThat(limit.take(next)).isTrue();
    }

    @Test
    void reset_forgetsWhatWasCounted() {
        for (int i = 0; i < 3; i++) {
            assertThat(limit.take(BEGIN)).isTrue();
        }
        limit.reset();

        assertThat(limit.take(BEGIN)).isTrue();
    }
}
