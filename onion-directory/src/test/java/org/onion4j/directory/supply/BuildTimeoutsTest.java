package org.onion4j.directory.supply;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.path.ParameterLookup;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.SyntheticNetwork;

class BuildTimeoutsTest {
    private static final Duration MINUTE = Duration.ofSeconds(60);

    private final StateStore store = new MemoryStateStore();
    private final BuildTimeouts timeouts = open();

    private BuildTimeouts open() {
        return BuildTimeouts.open(store, new SeededRandom(7));
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    /** Times from 1000 to 1999 ms and one of 4 s: the learned timeout is somewhere among them. */
    private static void learn(BuildTimeouts timeouts, int circuits) {
        timeouts.onBuilt(millis(4000));
        for (int i = 1; i < circuits; i++) {
            timeouts.onBuilt(millis(1000 + i * 37L % 1000));
        }
    }

    private static void timeOut(BuildTimeouts timeouts, int circuits) {
        for (int i = 0; i < circuits; i++) {
            timeouts.onTimedOut(true);
        }
    }

    private static ParameterLookup parameters(Map<String, Integer> values) {
        return (name, defaultValue, min, max) -> Math.max(min, Math.min(max, values.getOrDefault(name, defaultValue)));
    }

    @Test
    void atFirst_bothTimeoutsAreAMinute() {
        assertThat(timeouts.isLearning()).isTrue();
        assertThat(timeouts.buildTimeout()).isEqualTo(MINUTE);
        assertThat(timeouts.closeTimeout()).isEqualTo(MINUTE);
    }

    @Test
    void onBuilt_hundredth_endsLearning() {
        learn(timeouts, 99);
        assertThat(timeouts.isLearning()).isTrue();
        assertThat(timeouts.buildTimeout()).isEqualTo(MINUTE);

        timeouts.onBuilt(millis(1500));

        assertThat(timeouts.isLearning()).isFalse();
        assertThat(timeouts.buildTimeout()).isBetween(millis(1300), millis(2500));
    }

    @Test
    void timeouts_learned_areTheQuantilesOfTheCurve() {
        learn(timeouts, 500);
        int[] known = new int[500];
        known[0] = 4000;
        for (int i = 1; i < 500; i++) {
            known[i] = 1000 + i * 37 % 1000;
        }

        assertThat(timeouts.buildTimeout().toNanos() / 1e6)
                .isCloseTo(ParetoCurve.fit(known, 10).quantile(0.80), within(0.001));
    }

    @Test
    void timeouts_beyondWhatWasEverSeen_areCapped() {
        // Most circuits are much slower than the most frequent time, so the curve goes far beyond them.
        timeouts.update(parameters(Map.of("cbtnummodes", 1, "cbtinitialtimeout", 1000)));
        for (int i = 0; i < 40; i++) {
            timeouts.onBuilt(millis(200));
        }
        for (int i = 0; i < 100; i++) {
            timeouts.onBuilt(millis(900 + i % 12 * 10));
        }

        assertThat(timeouts.buildTimeout()).isEqualTo(millis(1010));
        assertThat(timeouts.closeTimeout()).isEqualTo(millis(2020));
    }

    @Test
    void closeTimeout_onAFastNetwork_isTheInitialTimeout() {
        learn(timeouts, 100);

        assertThat(timeouts.buildTimeout()).isLessThan(millis(4000));
        assertThat(timeouts.closeTimeout()).isEqualTo(MINUTE);
    }

    @Test
    void onBuilt_onAVeryFastNetwork_keepsTheMinimum() {
        for (int i = 0; i < 100; i++) {
            timeouts.onBuilt(Duration.ZERO);
        }
        assertThat(timeouts.buildTimeout()).isEqualTo(millis(10));

        timeouts.update(parameters(Map.of("cbtmintimeout", 1500)));
        assertThat(timeouts.buildTimeout()).isEqualTo(millis(1500));
    }

    @ParameterizedTest
    @CsvSource({"-1, false", "0, true", "60001, true", "121000, true", "121001, false", "31536000000, false"})
    void onBuilt_timeThatOnlyAClockExplains_isNotCounted(long time, boolean counted) {
        timeouts.update(parameters(Map.of("cbtmincircs", 1)));

        timeouts.onBuilt(millis(time));

        assertThat(timeouts.isLearning()).isEqualTo(!counted);
    }

    // Changed networks.

    @Test
    void onTimedOut_eighteenOfTwenty_forgetsAllAndGoesBackToTheInitialTimeout() {
        learn(timeouts, 200);
        timeOut(timeouts, 17);
        assertThat(timeouts.isLearning()).isFalse();

        timeouts.onTimedOut(true);

        assertThat(timeouts.isLearning()).isTrue();
        assertThat(timeouts.buildTimeout()).isEqualTo(MINUTE);
        assertThat(timeouts.closeTimeout()).isEqualTo(MINUTE);
    }

    @Test
    void onTimedOut_again_doublesTheTimeouts() {
        timeOut(timeouts, 18);
        assertThat(timeouts.buildTimeout()).isEqualTo(MINUTE.multipliedBy(2));
        timeOut(timeouts, 17);
        assertThat(timeouts.buildTimeout()).isEqualTo(MINUTE.multipliedBy(2));
        timeouts.onTimedOut(true);

        assertThat(timeouts.buildTimeout()).isEqualTo(MINUTE.multipliedBy(4));
        assertThat(timeouts.closeTimeout()).isEqualTo(MINUTE.multipliedBy(4));
    }

    @Test
    void onTimedOut_forEver_staysBounded() {
        timeOut(timeouts, 18 * 100);

        assertThat(timeouts.buildTimeout()).isGreaterThan(Duration.ofHours(24)).isLessThan(Duration.ofDays(25));
    }

    @Test
    void onTimedOut_firstHopNotReached_tellsNothing() {
        learn(timeouts, 200);
        Duration before = timeouts.buildTimeout();
        for (int i = 0; i < 1000; i++) {
            timeouts.onTimedOut(false);
        }

        assertThat(timeouts.buildTimeout()).isEqualTo(before);
    }

    @Test
    void onTimedOut_aThirdInTime_isNoChangedNetwork() {
        learn(timeouts, 200);
        for (int i = 0; i < 100; i++) {
            timeOut(timeouts, 2);
            timeouts.onBuilt(millis(1000));
        }

        assertThat(timeouts.isLearning()).isFalse();
    }

    @Test
    void onBuilt_tooLate_isMeasuredButNoSuccess() {
        learn(timeouts, 200);
        for (int i = 0; i < 18; i++) {
            assertThat(timeouts.isLearning()).isFalse();
            timeouts.onTimedOut(true);
            if (i < 17) {
                timeouts.onBuilt(timeouts.buildTimeout().plusMillis(1));
            }
        }

        assertThat(timeouts.isLearning()).isTrue();
    }

    @Test
    void onBuilt_slowerNetwork_raisesTheTimeout() {
        learn(timeouts, 1000);
        Duration before = timeouts.buildTimeout();
        for (int i = 0; i < 1000; i++) {
            timeouts.onBuilt(millis(5000 + i));
        }

        assertThat(before).isLessThan(millis(4000));
        assertThat(timeouts.buildTimeout()).isGreaterThan(millis(5000));
    }

    // Consensus parameters.

    @Test
    void update_theConsensusParameters_areFollowed() {
        learn(timeouts, 50);
        timeouts.update(new SyntheticNetwork()
                .parameter("cbtmincircs", 50)
                .parameter("cbtquantile", 60)
                .view());

        assertThat(timeouts.isLearning()).isFalse();
        Duration sixty = timeouts.buildTimeout();
        timeouts.update(new SyntheticNetwork().parameter("cbtmincircs", 50).view());
        assertThat(timeouts.buildTimeout()).isGreaterThan(sixty);
    }

    @Test
    void update_initialTimeout_countsWhileLearning() {
        timeouts.update(parameters(Map.of("cbtinitialtimeout", 5000)));
        assertThat(timeouts.buildTimeout()).isEqualTo(millis(5000));

        timeOut(timeouts, 18);
        timeouts.update(parameters(Map.of("cbtinitialtimeout", 7000)));
        assertThat(timeouts.buildTimeout()).isEqualTo(millis(10_000)); // doubled: not forgotten with the next consensus
    }

    @Test
    void update_disabled_forgetsEverythingAndLearnsNothing() {
        learn(timeouts, 200);

        timeouts.update(parameters(Map.of("cbtdisabled", 1)));
        learn(timeouts, 200);
        timeOut(timeouts, 100);

        assertThat(timeouts.isLearning()).isFalse();
        assertThat(timeouts.buildTimeout()).isEqualTo(MINUTE);
        assertThat(timeouts.closeTimeout()).isEqualTo(MINUTE);
        timeouts.update(ParameterLookup.DEFAULTS);
        assertThat(timeouts.isLearning()).isTrue();
    }

    @Test
    void update_fewerRecentCircuits_keepsTheLatest() {
        learn(timeouts, 200); // 20 successes
        timeOut(timeouts, 2);
        timeouts.update(parameters(Map.of("cbtrecentcount", 3, "cbtmaxtimeouts", 3)));
        assertThat(timeouts.isLearning()).isFalse();

        timeouts.onTimedOut(true);

        assertThat(timeouts.isLearning()).isTrue();
    }

    @Test
    void update_moreTimeoutsThanRecentCircuits_neverForgets() {
        timeouts.update(parameters(Map.of("cbtmaxtimeouts", 21)));
        learn(timeouts, 200);
        timeOut(timeouts, 1000);

        assertThat(timeouts.isLearning()).isFalse();
    }

    @Test
    void update_moreCircuitsWantedThanAreKept_learnsForEver() {
        timeouts.update(parameters(Map.of("cbtmincircs", 1001)));
        learn(timeouts, 3000);

        assertThat(timeouts.isLearning()).isTrue();
        assertThat(timeouts.buildTimeout()).isEqualTo(MINUTE);
    }

    @ParameterizedTest
    @CsvSource({"-2147483648", "0", "1", "2147483647"})
    void t21_update_extremeParameters_areClamped(int value) {
        SyntheticNetwork network = new SyntheticNetwork();
        for (String name : List.of(
                "cbtnummodes",
                "cbtrecentcount",
                "cbtmaxtimeouts",
                "cbtmincircs",
                "cbtquantile",
                "cbtclosequantile",
                "cbttestfreq",
                "cbtmintimeout",
                "cbtinitialtimeout",
                "cbtlearntimeout",
                "cbtmaxopencircs")) {
            network.parameter(name, value);
        }
        timeouts.update(network.view());
        learn(timeouts, 1200);
        timeOut(timeouts, 2000);
        learn(timeouts, 1200);

        BuildTimeoutParameters parameters = timeouts.parameters();
        assertThat(parameters.quantile()).isBetween(0.1, 0.99);
        assertThat(parameters.closeQuantile()).isBetween(parameters.quantile(), 0.99);
        assertThat(parameters.numModes()).isBetween(1, 20);
        assertThat(parameters.maxOpenCircuits()).isBetween(0, 14);
        assertThat(timeouts.buildTimeout()).isBetween(millis(10), millis(Integer.MAX_VALUE));
        assertThat(timeouts.closeTimeout()).isBetween(timeouts.buildTimeout(), millis(Integer.MAX_VALUE));
    }

    @Test
    void parameters_closeQuantileBelowTheOther_isRaised() {
        assertThat(BuildTimeoutParameters.of(parameters(Map.of("cbtquantile", 90, "cbtclosequantile", 50)))
                        .closeQuantile())
                .isEqualTo(0.9);
        assertThat(BuildTimeoutParameters.of(parameters(Map.of("cbtmintimeout", 90_000)))
                        .initialTimeoutMillis())
                .isEqualTo(90_000);
    }

    // Persistence.

    @Test
    void save_thenOpen_knowsTheTimeout() {
        learn(timeouts, 300);
        timeouts.save();

        BuildTimeouts again = open();

        assertThat(again.isLearning()).isFalse();
        assertThat(again.buildTimeout().toMillis()
                        / (double) timeouts.buildTimeout().toMillis())
                .isCloseTo(1, within(0.02)); // times are rounded to the middle of their bin
        again.save();
        learn(again, 1);
        assertThat(again.isLearning()).isFalse();
    }

    @Test
    void open_recentTimeouts_areNotSaved() {
        learn(timeouts, 300);
        timeOut(timeouts, 17);
        timeouts.save();

        BuildTimeouts again = open();
        timeOut(again, 17);

        assertThat(again.isLearning()).isFalse();
    }

    @Test
    void save_afterAReset_forgetsOnDiskToo() {
        learn(timeouts, 300);
        timeouts.save();
        timeOut(timeouts, 18);
        timeouts.save();

        assertThat(open().isLearning()).isTrue();
    }

    @Test
    void open_malformedState_setsItAsideAndLearnsAnew() {
        RecordingStore recording = new RecordingStore();
        recording.write(BuildTimeouts.STATE_NAME, "onion4j-build-times 1\nbin 45 999999\n".getBytes(US_ASCII));

        BuildTimeouts opened = BuildTimeouts.open(recording, new SeededRandom(1));

        assertThat(recording.setAside).hasSize(1).first().asString().doesNotContain("999999");
        assertThat(opened.isLearning()).isTrue();
        assertThat(opened.buildTimeout()).isEqualTo(MINUTE);
        learn(opened, 100);
        opened.save();
        assertThat(BuildTimeouts.open(recording, new SeededRandom(1)).isLearning())
                .isFalse();
    }

    @Test
    void save_nothingNew_writesNothing() {
        RecordingStore recording = new RecordingStore();
        BuildTimeouts opened = BuildTimeouts.open(recording, new SeededRandom(1));
        opened.save();
        assertThat(recording.writes).isZero();

        learn(opened, 3);
        opened.save();
        opened.save();

        assertThat(recording.writes).isEqualTo(1);
    }

    private static final class RecordingStore implements StateStore {
        private final Map<String, byte[]> contents = new HashMap<>();
        private final List<String> setAside = new ArrayList<>();
        private int writes;

        @Override
        public Optional<byte[]> read(String name) {
            return Optional.ofNullable(contents.get(name));
        }

        @Override
        public void write(String name, byte[] content) {
            writes++;
            contents.put(name, content);
        }

        @Override
        public void delete(String name) {
            contents.remove(name);
        }

        @Override
        public void setAside(String name, String reason) {
            setAside.add(reason);
            delete(name);
        }

        @Override
        public boolean isDurable() {
            return true;
        }

        @Override
        public void close() {}
    }
}
