package org.onion4j.crypto.pow;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;

/**
 * The puzzle Equi-X: eight inputs of HashX, 16 bits each, whose hashes add up to 0 modulo 2^60, those of each half to 0
 * modulo 2^30, those of each quarter to 0 modulo 2^15. Static methods: any thread. Spec: proposal 327, "Proof-of-work
 * algorithm v1"; the design of Equi-X.
 */
final class EquiX {
    /** Size of a solution in bytes: eight indices of 16 bits, little-endian. */
    static final int SOLUTION_LEN = 16;

    static final int INDEXES = 8;

    static final int STAGE_BITS = 15;
    static final long WHOLE_MASK = (1L << (4 * STAGE_BITS)) - 1;

    /** What a solution is worth. */
    enum Verdict {
        GOOD,
        /** The indices are not in the one order in which they count. */
        BAD_ORDER,
        /** The challenge has no function. */
        UNUSABLE_CHALLENGE,
        /** The sum of a quarter or of a half is false. */
        BAD_PART,
        /** The sum of all is false. */
        BAD_SUM
    }

    private EquiX() {}

    /** Looks at a solution of {@link #SOLUTION_LEN} bytes. */
    static Verdict verify(Bytes challenge, Bytes solution) {
        checkArgument(solution.size() == SOLUTION_LEN, "solution of %s bytes", solution.size());
        int[] indexes = new int[INDEXES];
        for (int i = 0; i < INDEXES; i++) {
            indexes[i] = (solution.get(2 * i) & 0xff) | ((solution.get(2 * i + 1) & 0xff) << Byte.SIZE);
        }
        if (!isOrdered(indexes)) {
            return Verdict.BAD_ORDER;
        }
        Optional<HashX> found = HashX.of(challenge);
        if (!found.isPresent()) {
            return Verdict.UNUSABLE_CHALLENGE;
        }
        HashX function = found.get();
        long[] sums = new long[INDEXES];
        for (int i = 0; i < INDEXES; i++) {
            sums[i] = function.hash(indexes[i]);
        }
        int bits = STAGE_BITS;
        for (int count = INDEXES / 2; count > 1; count /= 2) {
            for (int i = 0; i < count; i++) {
                sums[i] = sums[2 * i] + sums[2 * i + 1];
                if ((sums[i] & ((1L << bits) - 1)) != 0) {
                    return Verdict.BAD_PART;
                }
            }
            bits *= 2;
        }
        return ((sums[0] + sums[1]) & WHOLE_MASK) == 0 ? Verdict.GOOD : Verdict.BAD_SUM;
    }

    /** In each pair, pair of pairs and so on, the first is not greater; of what is compared, the last index weighs most. */
    private static boolean isOrdered(int[] indexes) {
        for (int size = 1; size < INDEXES; size *= 2) {
            for (int first = 0; first < INDEXES; first += 2 * size) {
                if (compare(indexes, first, first + size, size) > 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int compare(int[] indexes, int first, int second, int size) {
        for (int i = size - 1; i >= 0; i--) {
            int difference = Integer.compare(indexes[first + i], indexes[second + i]);
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    /** All solutions of a challenge, two on average, as they count; none if it has no function. */
    static ImmutableList<Bytes> solve(Bytes challenge, EquiXSolver solver) {
        Optional<HashX> function = HashX.of(challenge);
        return function.isPresent() ? solver.solve(function.get()) : ImmutableList.of();
    }
}
