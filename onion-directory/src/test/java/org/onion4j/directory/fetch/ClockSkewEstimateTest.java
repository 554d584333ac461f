package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ClockSkewEstimateTest {
    private static final Instant NOW = Instant.parse("2024-05-17T17:10:00Z");

    private final ClockSkewEstimate estimate = new ClockSkewEstimate(FakeDirectories.identity("authority")::equals);

    private void told(String directory, Duration ahead) {
        estimate.add(FakeDirectories.identity(directory), NOW, NOW.minus(ahead));
    }

    @Test
    void large_nobodyTold_isUnknown() {
        assertThat(estimate.isKnown()).isFalse();
        assertThat(estimate.large()).isEmpty();
    }

    @Test
    void large_oneAlone_doesNotDecide() {
        told("liar", Duration.ofDays(400));
        told("liar", Duration.ofDays(500)); // counts once
        assertThat(estimate.isKnown()).isTrue();
        assertThat(estimate.large()).isEmpty();
        told("a", Duration.ofSeconds(1));
        assertThat(estimate.large()).isEmpty();
        told("b", Duration.ofSeconds(-2));
        assertThat(estimate.large()).isEmpty();
    }

    @Test
    void large_oneAuthority_decidesUnlessMostSayOtherwise() {
        told("authority", Duration.ofDays(-2));
        assertThat(estimate.large()).contains(Duration.ofDays(-2));
        told("a", Duration.ZERO);
        assertThat(estimate.large()).contains(Duration.ofDays(-2));
        told("b", Duration.ZERO);
        assertThat(estimate.large()).isEmpty();
    }

    @Test
    void large_twoOfOppositeSigns_doNotAgree() {
        told("a", Duration.ofDays(2));
        told("b", Duration.ofDays(-2));
        assertThat(estimate.large()).isEmpty();
        told("c", Duration.ofDays(2));
        assertThat(estimate.large()).contains(Duration.ofDays(2));
    }

    @Test
    void large_hasSignAndSize() {
        told("a", Duration.ofHours(-3));
        told("b", Duration.ofHours(-3));
        assertThat(estimate.large()).contains(Duration.ofHours(-3));
        estimate.reset();
        told("a", Duration.ofMinutes(30).plusSeconds(1));
        told("b", Duration.ofMinutes(30));
        assertThat(estimate.large()).isEmpty();
        told("b", Duration.ofMinutes(30).plusSeconds(1));
        assertThat(estimate.large()).contains(Duration.ofMinutes(30).plusSeconds(1));
    }

    @Test
    void add_keepsTheLastFew() {
        for (int i = 0; i < 100; i++) {
            told("old" + i, Duration.ofDays(1));
        }
        assertThat(estimate.large()).contains(Duration.ofDays(1));
        for (int i = 0; i < 7; i++) {
            told("new" + i, Duration.ZERO);
        }
        assertThat(estimate.large()).isEmpty();
        for (int i = 0; i < 4; i++) {
            told("newer" + i, Duration.ofDays(-1));
        }
        assertThat(estimate.large()).contains(Duration.ofDays(-1));
    }
}
