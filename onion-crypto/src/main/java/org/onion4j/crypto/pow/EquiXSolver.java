package org.onion4j.crypto.pow;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * Finds solutions of Equi-X: pairs of hashes that fit, then pairs of pairs, then pairs of those. Takes some 4 MiB, which
 * are used again by each search. For one thread at a time.
 */
final class EquiXSolver {
    private static final int HASHES = 1 << 16;
    private static final int LANES = 256;
    private static final int BUCKETS = 1 << EquiX.STAGE_BITS;
    private static final int BUCKET_MASK = BUCKETS - 1;
    /** Pairs that are kept of each stage: twice as many as there are on average, which is never reached but by a hair. */
    private static final int MAX_PAIRS = 2 * HASHES;
    /** Of the last one, which has two on average. */
    private static final int MAX_SOLUTIONS = 16;

    private final HashXLanes lanes = new HashXLanes(LANES);
    private final long[] hashes = new long[HASHES];
    private final Stage pairs = new Stage(MAX_PAIRS);
    private final Stage fours = new Stage(MAX_PAIRS);
    private final Stage eights = new Stage(MAX_SOLUTIONS);
    private final int[] starts = new int[BUCKETS + 1];
    private final int[] sorted = new int[MAX_PAIRS];

    /** Pairs of what the stage before has: what is left of their sums, and which they are. */
    private static final class Stage {
        private final long[] sums;
        private final int[] firsts;
        private final int[] seconds;
        private int size;

        Stage(int capacity) {
            sums = new long[capacity];
            firsts = new int[capacity];
            seconds = new int[capacity];
        }

        void add(long sum, int first, int second) {
            if (size < sums.length) {
                sums[size] = sum;
                firsts[size] = first;
                seconds[size] = second;
                size++;
            }
        }
    }

    /** All solutions, as they are written. */
    ImmutableList<Bytes> solve(HashX function) {
        for (int first = 0; first < HASHES; first += LANES) {
            function.hash(first, lanes, hashes, first);
        }
        for (int i = 0; i < HASHES; i++) {
            hashes[i] &= EquiX.WHOLE_MASK;
        }
        match(hashes, HASHES, EquiX.STAGE_BITS, pairs);
        match(pairs.sums, pairs.size, EquiX.STAGE_BITS, fours);
        match(fours.sums, fours.size, 2 * EquiX.STAGE_BITS, eights);
        ImmutableList.Builder<Bytes> solutions = ImmutableList.builder();
        for (int i = 0; i < eights.size; i++) {
            solutions.add(write(indexes(eights.firsts[i]), indexes(eights.seconds[i])));
        }
        return solutions.build();
    }

    /** Finds the pairs of values whose sum ends in so many zero bits, which are then cut off. */
    private void match(long[] values, int count, int zeros, Stage out) {
        sort(values, count);
        out.size = 0;
        long mask = (1L << zeros) - 1;
        for (int bucket = 0; bucket <= BUCKETS / 2; bucket++) {
            int opposite = -bucket & BUCKET_MASK;
            for (int a = starts[bucket]; a < starts[bucket + 1]; a++) {
                int from = opposite == bucket ? a + 1 : starts[opposite];
                for (int b = from; b < starts[opposite + 1]; b++) {
                    long sum = values[sorted[a]] + values[sorted[b]];
                    if ((sum & mask) == 0) {
                        out.add(sum >>> zeros, sorted[a], sorted[b]);
                    }
                }
            }
        }
    }

    /** Sorts into buckets by the lowest bits. */
    private void sort(long[] values, int count) {
        Arrays.fill(starts, 0);
        for (int i = 0; i < count; i++) {
            starts[((int) values[i] & BUCKET_MASK) + 1]++;
        }
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            starts[bucket + 1] += starts[bucket];
        }
        for (int i = count - 1; i >= 0; i--) {
            int bucket = (int) values[i] & BUCKET_MASK;
            sorted[--starts[bucket + 1]] = i;
        }
        // Each start has become that of the bucket before.
        System.arraycopy(starts, 1, starts, 0, BUCKETS);
        starts[BUCKETS] = count;
    }

    /** The four hashes of one of {@link #fours}, in the order in which they count. */
    private int[] indexes(int four) {
        int[] first = pair(fours.firsts[four]);
        int[] second = pair(fours.seconds[four]);
        return join(first, second);
    }

    private int[] pair(int index) {
        return join(new int[] {pairs.firsts[index]}, new int[] {pairs.seconds[index]});
    }

    private static int[] join(int[] a, int[] b) {
        boolean inOrder = true;
        for (int i = a.length - 1; i >= 0; i--) {
            if (a[i] != b[i]) {
                inOrder = a[i] < b[i];
                break;
            }
        }
        int[] joined = Arrays.copyOf(inOrder ? a : b, 2 * a.length);
        System.arraycopy(inOrder ? b : a, 0, joined, a.length, a.length);
        return joined;
    }

    private static Bytes write(int[] firstHalf, int[] secondHalf) {
        WireWriter out = new WireWriter();
        for (int index : join(firstHalf, secondHalf)) {
            out.u8(index & 0xff).u8(index >> Byte.SIZE);
        }
        return out.toBytes();
    }
}
