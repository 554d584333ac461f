package org.onion4j.testnet.dir;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Optional;

/**
 * Computes the weights by which clients choose relays for positions, from how much bandwidth there is of each kind.
 * Divisions are of whole numbers. Immutable: any thread. Spec: dir-spec, "Computing Bandwidth Weights".
 *
 * @param g sum over guards that aren't exits
 * @param m sum over relays that are neither
 * @param e sum over exits that aren't guards
 * @param d sum over relays that are both
 * @param scale what stands for one
 */
record BandwidthWeightsFormula(long g, long m, long e, long d, long scale) {
    /** The scale without a parameter {@code bwweightscale}. */
    static final int DEFAULT_SCALE = 10_000;

    /** By how much two sums that should be the same may differ. */
    private static final int MARGIN = 10;

    /** The part of each kind's bandwidth that goes to each position, where it isn't all or nothing. */
    private record Weights(long wgg, long wgd, long wmg, long wme, long wmd, long wee, long wed) {}

    private enum Check {
        FINE,
        UNBALANCED_MIDDLE,
        BAD
    }

    private long total() {
        return g + m + e + d;
    }

    /** The weights by name; none if the network hasn't bandwidth of each kind, or no case of the formula fits. */
    Optional<ImmutableSortedMap<String, Integer>> compute() {
        if (g <= 0 || m <= 0 || e <= 0 || d <= 0) {
            return Optional.empty();
        }
        return weights().map(this::named);
    }

    private Optional<Weights> weights() {
        long t = total();
        boolean exitScarce = 3 * e < t;
        boolean guardScarce = 3 * g < t;
        if (!exitScarce && !guardScarce) {
            long wee = scale * (e + g + m) / (3 * e);
            long wmg = scale * (2 * g - e - m) / (3 * g);
            return checked(new Weights(scale - wmg, scale / 3, wmg, scale - wee, scale / 3, wee, scale / 3));
        } else if (exitScarce && guardScarce) {
            return bothScarce();
        }
        long scarce = Math.min(e, g);
        return 3 * (scarce + d) < t ? Optional.of(scarceForGood()) : oneScarceWithHelp();
    }

    private Optional<Weights> bothScarce() {
        long r = Math.min(e, g);
        long s = Math.max(e, g);
        if (r + d < s) {
            long wed = e < g ? scale : 0;
            return Optional.of(new Weights(scale, scale - wed, 0, 0, 0, scale, wed));
        }
        long wed = scale * (d - 2 * e + 4 * g - 2 * m) / (3 * d);
        Weights first = new Weights(
                scale, (scale - wed) / 2, 0, scale * (g - m) / e, (scale - wed) / 2, scale * (e - g + m) / e, wed);
        if (check(first) == Check.FINE) {
            return Optional.of(first);
        }
        wed = scale * (d - 2 * e + g + m) / (3 * d);
        long wmd = Math.max(0, scale * (d - 2 * m + g + e) / (3 * d));
        Weights second = new Weights(scale, scale - wed - wmd, 0, 0, wmd, scale, wed);
        return check(second) == Check.BAD ? Optional.empty() : Optional.of(second);
    }

    /** One of the two is scarce, and remains so with all relays that are both. */
    private Weights scarceForGood() {
        if (g < e) {
            long wme = e < m ? 0 : scale * (e - m) / (2 * e);
            return new Weights(scale, scale, 0, wme, 0, scale - wme, 0);
        }
        long wmg = g < m ? 0 : scale * (g - m) / (2 * g);
        return new Weights(scale - wmg, 0, wmg, 0, 0, scale, scale);
    }

    private Optional<Weights> oneScarceWithHelp() {
        if (g < e) {
            long wgd = scale * (d - 2 * g + e + m) / (3 * d);
            long wee = scale * (e + m) / (2 * e);
            return checked(new Weights(scale, wgd, 0, scale - wee, (scale - wgd) / 2, wee, (scale - wgd) / 2));
        }
        long wed = scale * (d - 2 * e + g + m) / (3 * d);
        long wgg = scale * (g + m) / (2 * g);
        return checked(new Weights(wgg, (scale - wed) / 2, scale - wgg, 0, (scale - wed) / 2, scale, wed));
    }

    private Optional<Weights> checked(Weights weights) {
        return check(weights) == Check.FINE ? Optional.of(weights) : Optional.empty();
    }

    /** Whether the weights are in range, and leave each position the same bandwidth. */
    private Check check(Weights w) {
        long[] all = {w.wgg, w.wgd, w.wmg, w.wme, w.wmd, w.wee, w.wed};
        for (long one : all) {
            if (one < 0 || one > scale) {
                return Check.BAD;
            }
        }
        boolean sums = near(w.wgg + w.wmg, scale) && near(w.wee + w.wme, scale) && near(w.wgd + w.wmd + w.wed, scale);
        long guard = w.wgg * g + w.wgd * d;
        long middle = w.wmg * g + w.wme * e + w.wmd * d + scale * m;
        long exit = w.wee * e + w.wed * d;
        long margin = MARGIN * total() / 3;
        if (!sums || Math.abs(guard - exit) > margin) {
            return Check.BAD;
        }
        return Math.abs(guard - middle) > margin ? Check.UNBALANCED_MIDDLE : Check.FINE;
    }

    private static boolean near(long a, long b) {
        return Math.abs(a - b) <= MARGIN;
    }

    private ImmutableSortedMap<String, Integer> named(Weights w) {
        ImmutableSortedMap.Builder<String, Integer> map = ImmutableSortedMap.naturalOrder();
        for (String all : new String[] {"Wbm", "Wdb", "Web", "Wgb", "Wmb", "Wmm"}) {
            map.put(all, (int) scale);
        }
        map.put("Wbd", (int) w.wmd);
        map.put("Wbe", (int) w.wme);
        map.put("Wbg", (int) w.wmg);
        map.put("Wed", (int) w.wed);
        map.put("Wee", (int) w.wee);
        map.put("Weg", (int) w.wed);
        map.put("Wem", (int) w.wee);
        map.put("Wgd", (int) w.wgd);
        map.put("Wgg", (int) w.wgg);
        map.put("Wgm", (int) w.wgg);
        map.put("Wmd", (int) w.wmd);
        map.put("Wme", (int) w.wme);
        map.put("Wmg", (int) w.wmg);
        return map.buildOrThrow();
    }
}
