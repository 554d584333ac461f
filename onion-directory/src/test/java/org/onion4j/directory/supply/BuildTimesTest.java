package org.onion4j.directory.supply;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.testing.SeededRandom;

class BuildTimesTest {
    private static final String HEADER = "onion4j-build-times 1\n";

    @Test
    void add_moreThanFit_forgetsTheOldest() {
        BuildTimes times = new BuildTimes();
        for (int i = 1; i <= BuildTimes.CAPACITY + 250; i++) {
            times.add(i);
        }

        assertThat(times.size()).isEqualTo(BuildTimes.CAPACITY);
        assertThat(times.toArray())
                .containsExactlyInAnyOrder(
                        IntStream.rangeClosed(251, BuildTimes.CAPACITY + 250).toArray());
    }

    @Test
    void clear_thenAdd_holdsTheNewOnesAlone() {
        BuildTimes times = new BuildTimes();
        IntStream.rangeClosed(1, 1300).forEach(times::add);
        times.clear();
        assertThat(times.toArray()).isEmpty();
        times.add(7);

        assertThat(times.toArray()).containsExactly(7);
    }

    @Test
    void encode_someTimes_isAHistogram() {
        assertThat(new String(BuildTimes.encode(new int[] {1209, 40, 1200, 41, 49}), US_ASCII))
                .isEqualTo(HEADER + "bin 45 3\nbin 1205 2\n");
        assertThat(new String(BuildTimes.encode(new int[0]), US_ASCII)).isEqualTo(HEADER);
    }

    @Test
    void decode_aHistogram_givesItsMidpointsInRandomOrder() throws Exception {
        byte[] saved = (HEADER + "bin 45 300\nbin 1205 200\nbin 9995 500\n").getBytes(US_ASCII);

        int[] first = BuildTimes.decode(saved, new SeededRandom(1)).toArray();
        int[] second = BuildTimes.decode(saved, new SeededRandom(2)).toArray();

        assertThat(first).hasSize(1000).isNotEqualTo(second);
        assertThat(BuildTimes.encode(first)).isEqualTo(saved);
        // A third of the times are of the first bin: shuffled well, no run of 100 lacks them (chance 1e-15 each).
        for (int from = 0; from + 100 <= first.length; from++) {
            assertThat(Arrays.stream(first, from, from + 100)).contains(45);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "onion4j-build-times 1",
                "onion4j-build-times 2\n",
                HEADER + "bin 45 3",
                HEADER + "\n",
                HEADER + "bin 45\n",
                HEADER + "bin 45 3 1\n",
                HEADER + "bin  45 3\n",
                HEADER + "bim 45 3\n",
                HEADER + "bin 45 x\n",
                HEADER + "bin 45 0\n",
                HEADER + "bin 45 -1\n",
                HEADER + "bin 0 3\n",
                HEADER + "bin -5 3\n",
                HEADER + "bin 2147483648 3\n",
                HEADER + "bin 45 1001\n",
                HEADER + "bin 45 600\nbin 55 401\n",
                HEADER + "bin 45 2147483647\nbin 55 2147483647\n",
                HEADER + "bin 45 3\nbin 45 3\n",
                HEADER + "bin 55 3\nbin 45 3\n",
                HEADER + "bin 45 3\n\n",
            })
    void decode_malformed_throws(String saved) {
        assertThatThrownBy(() -> BuildTimes.decode(saved.getBytes(US_ASCII), new SeededRandom(1)))
                .isInstanceOf(BuildTimes.MalformedException.class);
    }

    @Test
    void decode_muchTooLong_throws() {
        byte[] saved = new byte[1 << 20];

        assertThatThrownBy(() -> BuildTimes.decode(saved, new SeededRandom(1)))
                .isInstanceOf(BuildTimes.MalformedException.class);
    }
}
