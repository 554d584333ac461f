package org.onion4j.directory.supply;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.onion4j.crypto.testing.SeededRandom;

class BuildTimesPropertyTest {
    @Property(tries = 300)
    void encodeThenDecode_anyTimes_keepsTheHistogram(
            @ForAll @Size(max = BuildTimes.CAPACITY) List<@IntRange(min = 1) Integer> times, @ForAll long seed)
            throws Exception {
        int[] known = times.stream().mapToInt(i -> i).toArray();

        BuildTimes again = BuildTimes.decode(BuildTimes.encode(known), new SeededRandom(seed));

        assertThat(ParetoCurve.bins(again.toArray())).isEqualTo(ParetoCurve.bins(known));
    }

    @Property(tries = 1000)
    void decode_anyBytes_givesTimesOrTheOneException(@ForAll @Size(max = 100) byte[] saved) {
        assertThat(decodesTo(saved)).isBetween(-1, BuildTimes.CAPACITY);
    }

    @Property(tries = 1000)
    void decode_almostRight_givesTimesOrTheOneException(@ForAll("almostRight") String saved) {
        assertThat(decodesTo(saved.getBytes(US_ASCII))).isBetween(-1, BuildTimes.CAPACITY);
    }

    @Provide
    Arbitrary<String> almostRight() {
        Arbitrary<String> piece = Arbitraries.of(
                "bin ", "bin", " ", "5", "45", "1000", "2147483647", "99999999999", "-1", "\n", "\0", "+7");
        return piece.list().ofMaxSize(20).map(pieces -> "onion4j-build-times 1\n" + String.join("", pieces));
    }

    private static int decodesTo(byte[] saved) {
        try {
            return BuildTimes.decode(saved, new SeededRandom(1)).size();
        } catch (BuildTimes.MalformedException e) {
            return -1;
        }
    }

    @Property(tries = 500)
    void fit_anyTimes_givesQuantilesInOrderAndInRange(
            @ForAll @Size(min = 1, max = BuildTimes.CAPACITY) List<@IntRange(min = 1) Integer> times,
            @ForAll @IntRange(min = 1, max = 20) int modes,
            @ForAll @IntRange(min = 10, max = 99) int percent) {
        ParetoCurve curve = ParetoCurve.fit(times.stream().mapToInt(i -> i).toArray(), modes);

        assertThat(curve.xm()).isPositive();
        assertThat(curve.alpha()).isPositive();
        assertThat(curve.quantile(percent / 100.0)).isBetween((double) curve.xm(), (double) ParetoCurve.MAX_MILLIS);
        assertThat(curve.quantile(0.99)).isGreaterThanOrEqualTo(curve.quantile(percent / 100.0));
    }
}
