package org.onion4j.crypto.pow;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.Blake2b;

/**
 * The puzzle that a busy onion service sets its clients, version 1: a solution of Equi-X whose digest is small enough.
 * How small is the effort: so many attempts it takes on average. Static methods: any thread. Spec: proposal 327, "The
 * Base Proof-of-Work System", "Proof-of-work algorithm v1".
 */
public final class ProofOfWork {
    /** Size of a seed in bytes. */
    public static final int SEED_LEN = 32;
    /** Size of a nonce in bytes. */
    public static final int NONCE_LEN = 16;
    /** Size of a solution in bytes. */
    public static final int SOLUTION_LEN = EquiX.SOLUTION_LEN;

    private static final int BLINDED_KEY_LEN = 32;
    private static final int DIGEST_LEN = 4;
    private static final long MAX_PRODUCT = 0xffffffffL;
    private static final Bytes LABEL = Bytes.copyOf("Tor hs intro v1\0".getBytes(StandardCharsets.US_ASCII));

    private ProofOfWork() {}

    /**
     * What is to be solved.
     *
     * @param seed from the descriptor, 32 bytes
     * @param blindedKey of the service, 32 bytes
     * @param effort 0 to 2^32-1
     */
    public record Puzzle(Bytes seed, Bytes blindedKey, long effort) {
        public Puzzle {
            checkArgument(seed.size() == SEED_LEN, "seed of %s bytes", seed.size());
            checkArgument(blindedKey.size() == BLINDED_KEY_LEN, "blinded key of %s bytes", blindedKey.size());
            checkArgument(effort >= 0 && effort <= MAX_PRODUCT, "effort %s", effort);
        }

        private Bytes challenge(Bytes nonce) {
            return Bytes.concat(
                    LABEL, blindedKey, seed, nonce, new WireWriter().u32(effort).toBytes());
        }

        /** Says nothing of the service. */
        @Override
        public String toString() {
            return "Puzzle(effort " + effort + ")";
        }
    }

    /**
     * A solution of a puzzle.
     *
     * @param nonce 16 bytes
     * @param solution 16 bytes
     */
    public record Solution(Bytes nonce, Bytes solution) {
        public Solution {
            checkArgument(nonce.size() == NONCE_LEN, "nonce of %s bytes", nonce.size());
            checkArgument(solution.size() == SOLUTION_LEN, "solution of %s bytes", solution.size());
        }
    }

    /**
     * Solves a puzzle, which takes the caller's thread for as long as that takes: some 10 to 100 ms for each two of
     * effort.
     *
     * @param firstNonce where to begin, 16 random bytes
     * @param givenUp asked before each nonce
     * @return empty if it was given up
     */
    public static Optional<Solution> solve(Puzzle puzzle, Bytes firstNonce, BooleanSupplier givenUp) {
        EquiXSolver solver = new EquiXSolver();
        byte[] nonce = firstNonce.toArray();
        checkArgument(nonce.length == NONCE_LEN, "nonce of %s bytes", nonce.length);
        while (!givenUp.getAsBoolean()) {
            Bytes current = Bytes.copyOf(nonce);
            Bytes challenge = puzzle.challenge(current);
            for (Bytes solution : EquiX.solve(challenge, solver)) {
                if (isEnough(challenge, solution, puzzle.effort())) {
                    return Optional.of(new Solution(current, solution));
                }
            }
            increment(nonce);
        }
        return Optional.empty();
    }

    /** Whether a solution is good: cheap where the effort wasn't made, else some tens of microseconds. */
    public static boolean verify(Puzzle puzzle, Solution solution) {
        Bytes challenge = puzzle.challenge(solution.nonce());
        return isEnough(challenge, solution.solution(), puzzle.effort())
                && EquiX.verify(challenge, solution.solution()) == EquiX.Verdict.GOOD;
    }

    private static boolean isEnough(Bytes challenge, Bytes solution, long effort) {
        // The product of two numbers of 32 bits, as one of 64 without a sign.
        return Long.compareUnsigned(digest(challenge, solution) * effort, MAX_PRODUCT) <= 0;
    }

    private static long digest(Bytes challenge, Bytes solution) {
        long value = 0;
        for (byte b : Blake2b.digest(DIGEST_LEN, challenge.toArray(), solution.toArray())) {
            value = (value << Byte.SIZE) | (b & 0xff);
        }
        return value;
    }

    /** Adds 1, little-endian. */
    private static void increment(byte[] number) {
        for (int i = 0; i < number.length; i++) {
            number[i]++;
            if (number[i] != 0) {
                return;
            }
        }
    }
}
