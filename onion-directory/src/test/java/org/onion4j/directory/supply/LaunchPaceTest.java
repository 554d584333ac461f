package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.testing.SeededRandom;

class LaunchPaceTest {
    private static final long SECOND = 1_000_000_000L;

    private final LaunchPace pace = new LaunchPace(new SeededRandom(1));
    private long now = -5 * SECOND; // tickers may be negative

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            pace.failed(now);
        }
    }

    @Test
    void threeFailures_holdNothingBack() {
        assertThat(pace.waitNanos(now)).isZero();
        fail(3);
        assertThat(pace.waitNanos(now)).isZero();
    }

    @Test
    void moreFailures_waitLongerUpToALimit() {
        fail(4);
        assertThat(Duration.ofNanos(pace.waitNanos(now))).isBetween(Duration.ofMillis(333), Duration.ofMillis(500));
        fail(4);
        assertThat(Duration.ofNanos(pace.waitNanos(now))).isBetween(Duration.ofMillis(5333), Duration.ofSeconds(8));
        fail(1000);
        assertThat(Duration.ofNanos(pace.waitNanos(now))).isBetween(Duration.ofSeconds(32), Duration.ofSeconds(48));
    }

    @Test
    void afterTheWait_oneLaunchIsMade() {
        fail(10);
        now += 60 * SECOND;
        assertThat(pace.waitNanos(now)).isZero();

        pace.launched(now);

        assertThat(Duration.ofNanos(pace.waitNanos(now))).isGreaterThan(Duration.ofSeconds(20));
    }

    @Test
    void launched_withoutFailures_holdsNothingBack() {
        pace.launched(now);
        assertThat(pace.waitNanos(now)).isZero();
    }

    @Test
    void reset_endsTheWait() {
        fail(100);
        pace.reset();
        assertThat(pace.waitNanos(now)).isZero();
        fail(3);
        assertThat(pace.waitNanos(now)).isZero();
    }

    @Test
    void survived_makesUpForOneFailure() {
        fail(5);
        pace.survived();
        assertThat(pace.waitNanos(now)).isPositive();
        pace.survived();
        assertThat(pace.waitNanos(now)).isZero();
        for (int i = 0; i < 10; i++) {
            pace.survived();
        }
        fail(4);
        assertThat(pace.waitNanos(now)).isPositive();
    }

    @Test
    void lostWithChannel_manyAtOnce_countAsOne() {
        for (int i = 0; i < 50; i++) {
            pace.lostWithChannel(now + i, Optional.empty());
        }
        assertThat(pace.waitNanos(now)).isZero();
    }

    @Test
    void lostWithChannel_againAndAgain_countsEachTime() {
        for (int i = 0; i < 5; i++) {
            now += 5 * SECOND;
            pace.lostWithChannel(now, Optional.empty());
        }
        assertThat(pace.waitNanos(now)).isPositive();
    }
}
