package org.onion4j.directory.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.view.Relay;

/**
 * Relays with running sums of their weights, so that one is drawn by a binary search. A draw under a condition tries a
 * few times and only then looks at each relay; both ways choose among the relays that fit in proportion to their
 * weights, or uniformly where all of those weigh nothing. Immutable.
 */
final class WeightedRelays {
    /** Enough for conditions that at least one part in ten of the weight meets; a scan costs some hundred draws. */
    private static final int TRIES = 24;

    private final Relay[] relays;
    private final double[] sums; // sums[i]: weights of relays 0 to i

    WeightedRelays(List<Relay> relays, ToDoubleFunction<Relay> weight) {
        this.relays = relays.toArray(new Relay[0]);
        this.sums = new double[this.relays.length];
        double sum = 0;
        for (int i = 0; i < sums.length; i++) {
            sum += weight.applyAsDouble(this.relays[i]);
            sums[i] = sum;
        }
    }

    int size() {
        return relays.length;
    }

    /** One of the relays that fit, or empty if none does. */
    Optional<Relay> draw(Predicate<Relay> fits, RandomSource random) {
        if (relays.length == 0) {
            return Optional.empty();
        }
        double total = sums[sums.length - 1];
        for (int i = 0; total > 0 && i < TRIES; i++) {
            Relay relay = relays[find(sums, sums.length, random.nextDouble() * total)];
            if (fits.test(relay)) {
                return Optional.of(relay);
            }
        }
        return drawByScan(fits, random);
    }

    private Optional<Relay> drawByScan(Predicate<Relay> fits, RandomSource random) {
        List<Relay> fitting = new ArrayList<>();
        double[] fittingSums = new double[relays.length];
        double sum = 0;
        for (int i = 0; i < relays.length; i++) {
            if (fits.test(relays[i])) {
                sum += i == 0 ? sums[0] : sums[i] - sums[i - 1];
                fittingSums[fitting.size()] = sum;
                fitting.add(relays[i]);
            }
        }
        if (fitting.isEmpty()) {
            return Optional.empty();
        }
        int index =
                sum > 0 ? find(fittingSums, fitting.size(), random.nextDouble() * sum) : random.nextInt(fitting.size());
        return Optional.of(fitting.get(index));
    }

    /** The first index whose sum is above the point: a relay of weight zero is never found. */
    private static int find(double[] sums, int size, double point) {
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sums[middle] > point) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** How many relays fit. */
    int count(Predicate<Relay> fits) {
        return (int) Arrays.stream(relays).filter(fits).count();
    }
}
