package org.onion4j.crypto.pow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.Blake2b;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

/** HashX against the reference's values: keys, choices, whole programs, hashes. */
class HashXTest {
    static Stream<Vector> blake2b() {
        return Vectors.stream("blake2b");
    }

    static Stream<Vector> hashes() {
        return Vectors.stream("hashx");
    }

    static Stream<Vector> programs() {
        return Vectors.stream("hashx-program");
    }

    static Stream<Vector> unusable() {
        return Vectors.stream("hashx-unusable-seeds");
    }

    @ParameterizedTest
    @MethodSource("blake2b")
    void blake2b_vector_matches(Vector v) {
        assertThat(Blake2b.digest(v.integer("length"), v.array("message"))).isEqualTo(v.array("out"));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void keysAndChoices_vector_match(Vector v) {
        HashXKeys keys = HashXKeys.of(v.bytes("seed"));
        List<String> words = v.texts("keys");
        for (int i = 0; i < words.size(); i++) {
            assertThat(keys.word(i)).isEqualTo(Long.parseUnsignedLong(words.get(i)));
        }
        ProgramRandom random = new ProgramRandom(keys);
        for (String expected : v.texts("siphash13_first")) {
            assertThat(random.next()).isEqualTo(Long.parseUnsignedLong(expected));
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void generate_vector_matches(Vector v) {
        HashXProgram program =
                HashXProgram.generate(HashXKeys.of(v.bytes("seed"))).get();
        List<String> listing = new ArrayList<>();
        for (int i = 0; i < HashXProgram.SIZE; i++) {
            listing.add(name(program.operation(i)) + " " + program.destination(i) + " " + program.source(i) + " "
                    + Integer.toUnsignedLong(program.constant(i)));
        }
        List<String> expected = new ArrayList<>();
        for (JsonElement each : v.get("program").getAsJsonArray()) {
            JsonArray one = each.getAsJsonArray();
            expected.add(one.get(0).getAsString() + " " + one.get(1).getAsInt() + " "
                    + one.get(2).getAsInt() + " " + one.get(3).getAsLong());
        }
        assertThat(listing).isEqualTo(expected);
    }

    private static String name(Operation operation) {
        return switch (operation) {
            case ADD_SHIFTED -> "add_rs";
            case ROTATE -> "ror_c";
            case ADD_CONSTANT -> "add_c";
            case XOR_CONSTANT -> "xor_c";
            case UMULH -> "umulh";
            case SMULH -> "smulh";
            case MUL -> "mul";
            case SUB -> "sub";
            case XOR -> "xor";
            case TARGET -> "target";
            case BRANCH -> "branch";
        };
    }

    @ParameterizedTest
    @MethodSource("hashes")
    void hash_vector_matches(Vector v) {
        HashX function = HashX.of(v.bytes("seed")).get();
        long hash = function.hash(Long.parseUnsignedLong(v.text("input")));
        assertThat(new WireWriter().u64(Long.reverseBytes(hash)).toBytes()).isEqualTo(v.bytes("out"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void of_unusableSeed_isEmpty(Vector v) {
        assertThat(HashX.of(v.bytes("seed"))).isEmpty();
    }

    /** A lane that branches catches up with the others: what it computes depends on no other. */
    @Test
    void hash_manyLanes_asEachByItself() {
        for (int seed = 0; seed < 20; seed++) {
            HashX function = HashX.of(Bytes.copyOf((byte) seed)).get();
            long[] together = new long[64];
            function.hash(1000, new HashXLanes(64), together, 0);
            for (int i = 0; i < together.length; i++) {
                assertThat(together[i]).isEqualTo(function.hash(1000 + i));
            }
        }
    }

    @Test
    void unsignedHigh_random_asBigInteger() {
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            long a = i % 3 == 0 ? -1 : random.nextLong();
            long b = i % 5 == 0 ? -1 : random.nextLong();
            assertThat(HashXLanes.unsignedHigh(a, b))
                    .isEqualTo(unsigned(a)
                            .multiply(unsigned(b))
                            .shiftRight(Long.SIZE)
                            .longValue());
        }
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }
}
