package org.onion4j.directory.supply;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The Pareto curve that is fitted to the tail of the build times. Its lower end isn't the shortest time, but a mean of
 * the most frequent ones, since build times don't begin with their most frequent value as a true Pareto distribution
 * does. Spec: path-spec, "Parameter estimation".
 *
 * @param xm where the curve begins, in milliseconds, at least 1
 * @param alpha how steeply it falls, above 0; infinite if no time is above {@code xm}
 */
record ParetoCurve(int xm, double alpha) {
    /** Width of the bins in which times count as the same, in milliseconds. */
    static final int BIN_WIDTH_MILLIS = 10;

    /** The longest time that is ever computed, in milliseconds: some 24 days. */
    static final int MAX_MILLIS = Integer.MAX_VALUE;

    /** Times of one bin. */
    record Bin(int midpointMillis, int count) {}

    /**
     * Fits a curve.
     *
     * @param times build times in milliseconds, at least one, each at least 1, in any order
     * @param numModes how many of the most frequent bins make up {@code xm}
     */
    static ParetoCurve fit(int[] times, int numModes) {
        checkArgument(times.length > 0 && numModes > 0, "%s times, %s modes", times.length, numModes);
        int xm = xm(bins(times), numModes);
        double logs = 0;
        for (int time : times) {
            logs += Math.log(Math.max(xm, time)); // what is below the curve's beginning counts as if it were there
        }
        double excess = logs - times.length * Math.log(xm);
        return new ParetoCurve(xm, excess > 0 ? times.length / excess : Double.POSITIVE_INFINITY);
    }

    /** The bins that hold something, in ascending order. */
    static List<Bin> bins(int[] times) {
        int[] sorted = times.clone();
        Arrays.sort(sorted);
        List<Bin> bins = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= sorted.length; to++) {
            int bin = sorted[from] / BIN_WIDTH_MILLIS;
            if (to == sorted.length || sorted[to] / BIN_WIDTH_MILLIS != bin) {
                int midpoint = (int) Math.min(MAX_MILLIS, (long) bin * BIN_WIDTH_MILLIS + BIN_WIDTH_MILLIS / 2);
                bins.add(new Bin(midpoint, to - from));
                from = to;
            }
        }
        return bins;
    }

    /** The mean of the most frequent bins, the shorter one first where two are as frequent, in whole milliseconds. */
    private static int xm(List<Bin> bins, int numModes) {
        List<Bin> frequent = new ArrayList<>(bins);
        frequent.sort(Comparator.comparingInt(Bin::count).reversed()); // stable: ascending among equals
        long sum = 0;
        long count = 0;
        for (Bin bin : frequent.subList(0, Math.min(numModes, frequent.size()))) {
            sum += (long) bin.midpointMillis() * bin.count();
            count += bin.count();
        }
        return Ints.checkedCast(sum / count);
    }

    /**
     * The time within which this share of circuits gets built, in milliseconds; at most {@link #MAX_MILLIS}.
     *
     * @param share at least 0 and below 1
     */
    double quantile(double share) {
        double longer = Math.pow(1 - share, 1 / alpha);
        return longer > 0 ? Math.min(MAX_MILLIS, xm / longer) : MAX_MILLIS;
    }
}
