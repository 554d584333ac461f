package org.onion4j.crypto.pow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.pow.ProofOfWork.Puzzle;
import org.onion4j.crypto.pow.ProofOfWork.Solution;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class ProofOfWorkTest {
    static Stream<Vector> good() {
        return Vectors.stream("hs-pow");
    }

    static Stream<Vector> bad() {
        return Vectors.stream("hs-pow-bad");
    }

    private static Puzzle puzzle(Vector v) {
        return new Puzzle(v.bytes("seed"), v.bytes("blinded_id"), v.number("effort"));
    }

    @ParameterizedTest
    @MethodSource("good")
    void verify_goodVector_isTrue(Vector v) {
        assertThat(ProofOfWork.verify(puzzle(v), new Solution(v.bytes("nonce"), v.bytes("solution"))))
                .isTrue();
    }

    /** From the vector's first nonce: to its solution, or to an earlier one that the reference's solver misses. */
    @ParameterizedTest
    @MethodSource("good")
    void solve_vector_findsGoodSolutionNoLater(Vector v) {
        AtomicInteger nonces = new AtomicInteger();
        Solution found = ProofOfWork.solve(puzzle(v), v.bytes("start_nonce"), () -> nonces.incrementAndGet() > 200)
                .get();
        assertThat(ProofOfWork.verify(puzzle(v), found)).isTrue();
        assertThat(found.nonce()).isEqualTo(v.bytes("nonce"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void verify_badVector_isFalse(Vector v) {
        assertThat(ProofOfWork.verify(puzzle(v), new Solution(v.bytes("nonce"), v.bytes("solution"))))
                .isFalse();
    }

    /** T46: whoever asks for a work that nobody can do is not stuck with it. */
    @Test
    void t46_solve_givenUp_isEmpty() {
        AtomicInteger asked = new AtomicInteger();
        Puzzle puzzle = new Puzzle(Bytes.copyOf(new byte[32]), Bytes.copyOf(new byte[32]), 0xffffffffL);
        assertThat(ProofOfWork.solve(puzzle, Bytes.copyOf(new byte[16]), () -> asked.incrementAndGet() > 1))
                .isEmpty();
        assertThat(asked).hasValue(2);
    }
}
