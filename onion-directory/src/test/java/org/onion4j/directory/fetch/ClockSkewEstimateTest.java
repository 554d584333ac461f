package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClockSkewEstimateTest {
    private static final Instant NOW = Instant.parse("2024-05-17T17:10:00Z");

    private final ClockSkewEstimate estimate = new ClockSkewEstimate();

    private void told(String directory, Duration ahead) {
        estimate.add(FakeDirectories.identity(directory), NOW, NOW.minus(ahead));
    }

    @Test
    void ahead_nobodyTold_isUnknown() {
        assertThat(estimate.ahead()).isEmpty();
        assertThat(estimate.large()).isEmpty();
    }

    @Test
    void ahead_oneLiar_doesNotDecide() {
        told("a", Duration.ofSeconds(1));
        told("liar", Duration.ofDays(400));
        told("b", Duration.ofSeconds(-2));
        assertThat(estimate.ahead()).contains(Duration.ofSeconds(1));
        assertThat(estimate.large()).isEmpty();
        told("liar", Duration.ofDays(500)); // counts once
        told("liar", Duration.ofDays(600));
        assertThat(estimate.large()).isEmpty();
    }

    @Test
    void large_hasSignAndSize() {
        told("a", Duration.ofHours(-3));
        told("b", Duration.ofHours(-3));
        assertThat(estimate.large()).contains(Duration.ofHours(-3));
        estimate.reset();
        told("a", Duration.ofMinutes(30));
        assertThat(estimate.large()).isEmpty();
        told("b", Duration.ofMinutes(30).plusSeconds(1));
        assertThat(estimate.large()).contains(Duration.ofMinutes(30).plusSeconds(1));
    }

    @Test
    void add_keepsTheLastFew() {
        for (int i = 0; i < 100; i++) {
            told("old" + i, Duration.ofDays(1));
        }
        for (int i = 0; i < 7; i++) {
            told("new" + i, Duration.ZERO);
        }
        assertThat(estimate.ahead()).contains(Duration.ZERO);
    }
}
