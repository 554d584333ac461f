package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;

class ParetoCurveTest {
    /** Path-spec says of this estimator that the share that passes is off by 2 to 7 % for quantiles of 60 to 80 %. */
    private static final double TOLERATED_SHARE = 0.07;

    @Test
    void bins_ofTenMilliseconds_areAscendingWithTheirMidpoints() {
        assertThat(ParetoCurve.bins(new int[] {1209, 3, 1200, 9, 1210}))
                .containsExactly(new ParetoCurve.Bin(5, 2), new ParetoCurve.Bin(1205, 2), new ParetoCurve.Bin(1215, 1));
    }

    @Test
    void bins_longestPossibleTime_staysWithinAnInt() {
        assertThat(ParetoCurve.bins(new int[] {Integer.MAX_VALUE}))
                .containsExactly(new ParetoCurve.Bin(Integer.MAX_VALUE - 2, 1));
    }

    @Test
    void fit_xm_isTheWeightedMeanOfTheMostFrequentBins() {
        int[] times = {100, 101, 102, 300, 301, 5000}; // 3 times 105, 2 times 305, once 5005

        assertThat(ParetoCurve.fit(times, 1).xm()).isEqualTo(105);
        assertThat(ParetoCurve.fit(times, 2).xm()).isEqualTo((3 * 105 + 2 * 305) / 5);
        assertThat(ParetoCurve.fit(times, 10).xm()).isEqualTo((3 * 105 + 2 * 305 + 5005) / 6);
    }

    @Test
    void fit_binsEquallyFrequent_takesTheShorterOnes() {
        assertThat(ParetoCurve.fit(new int[] {900, 500, 100, 700, 300}, 2).xm()).isEqualTo((105 + 305) / 2);
    }

    @Test
    void fit_alpha_countsTimesBelowXmAsXm() {
        // The bin of 205 is the only mode; 10 counts as 205. Sum of ln(x / 205): ln 2 + ln 4 = 3 ln 2, over 6 times.
        ParetoCurve curve = ParetoCurve.fit(new int[] {205, 205, 205, 10, 410, 820}, 1);

        assertThat(curve.xm()).isEqualTo(205);
        assertThat(curve.alpha()).isCloseTo(6 / (3 * Math.log(2)), within(1e-9));
    }

    @Test
    void quantile_ofAKnownCurve_isWhatTheFormulaSays() {
        ParetoCurve curve = new ParetoCurve(500, 2);

        assertThat(curve.quantile(0)).isEqualTo(500);
        assertThat(curve.quantile(0.75)).isCloseTo(1000, within(1e-9));
        assertThat(curve.quantile(0.99)).isCloseTo(5000, within(1e-6));
    }

    @Test
    void quantile_noTimeAboveXm_isXm() {
        ParetoCurve curve = ParetoCurve.fit(new int[] {300, 300, 300, 20}, 1);

        assertThat(curve.alpha()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(curve.quantile(0.99)).isEqualTo(305);
    }

    @Test
    void quantile_extremelyFlatCurve_isTheLongestTimeThereIs() {
        assertThat(new ParetoCurve(10, 1e-9).quantile(0.8)).isEqualTo(ParetoCurve.MAX_MILLIS);
        assertThat(new ParetoCurve(10, 0.1).quantile(0.99)).isEqualTo(ParetoCurve.MAX_MILLIS);
    }

    @Test
    void fit_noTimes_isOurMistake() {
        assertThatThrownBy(() -> ParetoCurve.fit(new int[0], 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ParetoCurve.fit(new int[] {1}, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"400, 1.5, 0.6", "400, 1.5, 0.8", "400, 3, 0.8", "1500, 2, 0.7", "1500, 5, 0.8", "60, 1.2, 0.8"})
    void fit_samplesOfAParetoDistribution_findsItsQuantile(int xm, double alpha, double share) {
        assertThat(passingShare(u -> xm / Math.pow(1 - u, 1 / alpha), share)).isCloseTo(share, within(TOLERATED_SHARE));
    }

    @ParameterizedTest
    @CsvSource({"500, 2.5, 0.6", "500, 2.5, 0.8", "1200, 4, 0.7", "1200, 4, 0.8", "3000, 6, 0.8"})
    void fit_samplesOfAFrechetDistribution_findsItsQuantile(int scale, double shape, double share) {
        // What build times are distributed like, says path-spec, "Distribution choice".
        assertThat(passingShare(u -> scale * Math.pow(-Math.log(u), -1 / shape), share))
                .isCloseTo(share, within(TOLERATED_SHARE));
    }

    /** The share of fresh samples that the quantile fitted to 1000 earlier ones lets pass, on average of 20 fits. */
    private static double passingShare(DoubleUnaryOperator inverse, double share) {
        RandomSource random = new SeededRandom(20240517);
        double sum = 0;
        int fits = 20;
        for (int i = 0; i < fits; i++) {
            double limit = ParetoCurve.fit(samples(inverse, random), 10).quantile(share);
            int[] fresh = samples(inverse, random);
            sum += Arrays.stream(fresh).filter(time -> time <= limit).count() / (double) fresh.length;
        }
        return sum / fits;
    }

    private static int[] samples(DoubleUnaryOperator inverse, RandomSource random) {
        return IntStream.range(0, BuildTimes.CAPACITY)
                .map(i -> (int) Math.max(1, Math.min(Integer.MAX_VALUE, inverse.applyAsDouble(random.nextDouble()))))
                .toArray();
    }
}
