package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.path.ParameterLookup;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.SyntheticNetwork;

class GuardParametersTest {
    @Test
    void of_noParameters_hasTheDefaults() {
        GuardParameters p = GuardParameters.of(ParameterLookup.DEFAULTS);
        assertThat(p.maxSampleThreshold()).isEqualTo(0.2);
        assertThat(p.maxSampleSize()).isEqualTo(60);
        assertThat(p.minFilteredSample()).isEqualTo(20);
        assertThat(p.removeUnlistedAfter()).isEqualTo(Duration.ofDays(20));
        assertThat(p.lifetime()).isEqualTo(Duration.ofDays(120));
        assertThat(p.confirmedMinLifetime()).isEqualTo(Duration.ofDays(60));
        assertThat(p.primaryGuards()).isEqualTo(3);
        assertThat(p.primaryToUse()).isEqualTo(1);
        assertThat(p.primaryToUseForDirectory()).isEqualTo(3);
        assertThat(p.internetLikelyDown()).isEqualTo(Duration.ofMinutes(10));
        assertThat(p.nonPrimaryConnectTimeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(p.nonPrimaryIdleTimeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(p.meaningfulRestriction()).isEqualTo(0.2);
        assertThat(p.extremeRestriction()).isEqualTo(0.01);
        assertThat(p.pathBias().scale()).isEqualTo(0.5);
        assertThat(p.pathBias().dropGuards()).isFalse();
    }

    /** A consensus with each parameter at an extreme gives legal values only (T21). */
    @Test
    void t21_everyParameterAtAnExtreme_isClamped() {
        for (int extreme : new int[] {Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE}) {
            GuardParameters p = GuardParameters.of(all(extreme));
            assertThat(p.maxSampleThreshold()).isBetween(0.01, 1.0);
            assertThat(p.maxSampleSize()).isPositive();
            assertThat(p.minFilteredSample()).isPositive();
            assertThat(p.removeUnlistedAfter()).isBetween(Duration.ofDays(1), Duration.ofDays(3650));
            assertThat(p.lifetime()).isBetween(Duration.ofDays(1), Duration.ofDays(3650));
            assertThat(p.confirmedMinLifetime()).isBetween(Duration.ofDays(1), Duration.ofDays(3650));
            assertThat(p.primaryGuards()).isPositive();
            assertThat(p.primaryToUse()).isPositive();
            assertThat(p.primaryToUseForDirectory()).isPositive();
            assertThat(p.internetLikelyDown()).isPositive();
            assertThat(p.nonPrimaryConnectTimeout()).isPositive();
            assertThat(p.extremeRestriction()).isBetween(0.01, 1.0);
            assertThat(p.pathBias().scale()).isGreaterThan(0.0).isLessThanOrEqualTo(1.0);
            assertThat(p.pathBias().extremeRate()).isBetween(0.0, 1.0);
        }
    }

    private static ParameterLookup all(int value) {
        NetworkView view = new SyntheticNetwork().view();
        return (name, defaultValue, min, max) -> {
            view.parameter(name, defaultValue, min, max); // checks the range
            return Math.max(min, Math.min(max, value));
        };
    }
}
