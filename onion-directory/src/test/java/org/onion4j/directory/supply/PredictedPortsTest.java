package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.VirtualTime;
import org.onion4j.directory.view.SyntheticNetwork;

class PredictedPortsTest {
    private final VirtualTime time = new VirtualTime(Instant.parse("2024-05-17T17:30:00Z"));
    private final RandomSource random = new SeededRandom(3);
    private final PredictedPorts predicted = new PredictedPorts(time.ticker(), random);

    @Test
    void ports_atTheStart_isHttps() {
        assertThat(predicted.ports()).containsExactly(443);
    }

    @Test
    void ports_neverUsed_areForgottenWithinTheHour() {
        time.advance(Duration.ofMinutes(30));
        assertThat(predicted.ports()).containsExactly(443);

        time.advance(Duration.ofMinutes(30));

        assertThat(predicted.ports()).isEmpty();
    }

    @Test
    void ports_used_areKeptFromTheirLastUse() {
        predicted.onUsed(5222);
        for (int i = 0; i < 10; i++) {
            time.advance(Duration.ofMinutes(29));
            predicted.onUsed(5222);
        }
        assertThat(predicted.ports()).containsExactly(5222);
        time.advance(Duration.ofMinutes(30));
        assertThat(predicted.ports()).containsExactly(5222);

        time.advance(Duration.ofMinutes(30));

        assertThat(predicted.ports()).isEmpty();
    }

    @Test
    void ports_howLongTheyAreKept_isSpreadOverHalfAnHour() {
        Set<Long> minutes = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            PredictedPorts one = new PredictedPorts(time.ticker(), random);
            long start = time.ticks();
            while (!one.ports().isEmpty()) {
                time.advance(Duration.ofMinutes(1));
            }
            minutes.add(Duration.ofNanos(time.ticks() - start).toMinutes());
        }

        assertThat(minutes).allMatch(kept -> kept >= 30 && kept <= 60).hasSizeGreaterThan(25);
    }

    @Test
    void update_timeoutOfTheConsensus_countsFromTheNextUse() {
        predicted.update(
                new SyntheticNetwork().parameter("nf_conntimeout_clients", 60).view());
        predicted.onUsed(80);
        time.advance(Duration.ofMinutes(2));

        assertThat(predicted.ports()).containsExactly(443);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, 0, Integer.MAX_VALUE})
    void t21_update_extremeTimeout_isClamped(int seconds) {
        predicted.update(new SyntheticNetwork()
                .parameter("nf_conntimeout_clients", seconds)
                .view());
        predicted.onUsed(80);
        time.advance(Duration.ofSeconds(60));
        assertThat(predicted.ports()).contains(80);

        time.advance(Duration.ofDays(2));

        assertThat(predicted.ports()).isEmpty();
    }

    @Test
    void onUsed_manyPorts_keepsTheLatest() {
        for (int port = 1; port <= 1000; port++) {
            predicted.onUsed(port);
        }
        predicted.onUsed(990);

        assertThat(predicted.ports())
                .hasSize(PredictedPorts.MAX_PORTS)
                .contains(969 + 1, 1000)
                .doesNotContain(443, 968);
        assertThat(predicted.ports().asList().get(PredictedPorts.MAX_PORTS - 1)).isEqualTo(990);
    }

    @Test
    void onLookup_countsAsPort80() {
        predicted.onLookup();

        assertThat(predicted.ports()).containsExactly(443, 80);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65536})
    void onUsed_noPort_isOurMistake(int port) {
        assertThatThrownBy(() -> predicted.onUsed(port)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void t79_ports_wallClockStepped_makesNoDifference() {
        time.stepWall(Duration.ofHours(8));
        assertThat(predicted.ports()).containsExactly(443);
        time.stepWall(Duration.ofHours(-10));
        assertThat(predicted.ports()).containsExactly(443);
    }
}
