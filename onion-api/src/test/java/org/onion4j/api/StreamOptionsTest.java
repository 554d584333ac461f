package org.onion4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamOptionsTest {
    @Test
    void defaults_askForNothingSpecial() {
        StreamOptions options = StreamOptions.DEFAULT;
        assertThat(options.isolation()).isEmpty();
        assertThat(options.exitCountry()).isEmpty();
        assertThat(options.timeout()).isEmpty();
        assertThat(options.ipVersions()).isEqualTo(IpVersions.PREFER_IPV4);
        assertThat(options.earlyData()).isEqualTo(StreamOptions.EarlyData.AFTER_CONNECT);
    }

    @Test
    void exitCountry_isTwoLetters() {
        assertThat(StreamOptions.builder().exitCountry("de").build().exitCountry())
                .contains("DE");
        for (String bad : new String[] {"", "D", "DEU", "D1", "\u0131t", "{de}"}) {
            assertThatThrownBy(() -> StreamOptions.builder().exitCountry(bad))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void timeouts_arePositiveAndBounded() {
        Duration[] bad = {Duration.ZERO, Duration.ofMillis(-1), Duration.ofDays(366), Duration.ofSeconds(Long.MAX_VALUE)
        };
        for (Duration timeout : bad) {
            assertThatThrownBy(() -> StreamOptions.builder().timeout(timeout))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> OnionClient.builder().connectTimeout(timeout))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> OnionClient.builder().bootstrapTimeout(timeout))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void isolationTokens_areEqualByNameAlone() {
        assertThat(IsolationToken.create()).isNotEqualTo(IsolationToken.create());
        assertThat(IsolationToken.named("alice")).isEqualTo(IsolationToken.named("alice"));
        assertThat(IsolationToken.named("alice")).hasSameHashCodeAs(IsolationToken.named("alice"));
        assertThat(IsolationToken.named("alice")).isNotEqualTo(IsolationToken.named("bob"));
        assertThat(IsolationToken.named("alice").toString()).doesNotContain("alice");
    }

    @Test
    void whatMustBeThere_isAskedForAtOnce() {
        assertThatThrownBy(() -> StreamOptions.builder().ipVersions(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> StreamOptions.builder().earlyData(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> IsolationToken.named(null)).isInstanceOf(NullPointerException.class);
        assertThat(StreamOptions.builder().isolation(null).build().isolation()).isEmpty();
    }

    @Test
    void progress_isForPeople() {
        assertThat(BootstrapProgress.NOT_STARTED.toString()).isEqualTo("0 %: Not started");
        assertThat(BootstrapProgress.DONE.toString()).isEqualTo("100 %: Connected");
        assertThat(new BootstrapProgress(BootstrapPhase.CONNECTING, 0.057, Optional.of("no answer")).toString())
                .isEqualTo("5 %: Connecting to the network (no answer)");
        assertThatThrownBy(() -> new BootstrapProgress(BootstrapPhase.CONNECTING, 1.0, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BootstrapProgress(BootstrapPhase.CONNECTING, Double.NaN, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
