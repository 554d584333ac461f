package org.onion4j.crypto.pow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.pow.EquiX.Verdict;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class EquiXTest {
    private static final ImmutableMap<String, Verdict> VERDICTS = ImmutableMap.of(
            "ok", Verdict.GOOD,
            "order", Verdict.BAD_ORDER,
            "challenge", Verdict.UNUSABLE_CHALLENGE,
            "partial sum", Verdict.BAD_PART,
            "final sum", Verdict.BAD_SUM);

    static Stream<Vector> verdicts() {
        return Vectors.stream("equix-verify");
    }

    static Stream<Vector> solutions() {
        return Vectors.stream("equix-solve");
    }

    @ParameterizedTest
    @MethodSource("verdicts")
    void verify_vector_matches(Vector v) {
        assertThat(EquiX.verify(v.bytes("challenge"), v.bytes("solution"))).isEqualTo(VERDICTS.get(v.text("result")));
    }

    /** The reference drops some for want of room; each one that we find is good. */
    @ParameterizedTest
    @MethodSource("solutions")
    void solve_vector_findsTheReferencesAndNoBadOne(Vector v) {
        Bytes challenge = v.bytes("challenge");
        var found = EquiX.solve(challenge, new EquiXSolver());
        assertThat(found)
                .containsAll(v.texts("solutions").stream().map(Bytes::fromHex).toList());
        assertThat(found).allMatch(solution -> EquiX.verify(challenge, solution) == Verdict.GOOD);
        assertThat(found).doesNotHaveDuplicates();
    }
}
