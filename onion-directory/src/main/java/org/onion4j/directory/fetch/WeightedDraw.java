package org.onion4j.directory.fetch;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.onion4j.crypto.random.RandomSource;

/** Draws from a list by weight. Static methods: any thread. */
final class WeightedDraw {
    private WeightedDraw() {}

    /** The index of one element, each as probable as its share of all weights; uniform where all weights are zero. */
    static <T> int draw(List<T> list, ToDoubleFunction<T> weight, RandomSource random) {
        checkArgument(!list.isEmpty(), "nothing to draw from");
        double total = 0;
        for (T one : list) {
            total += weight.applyAsDouble(one);
        }
        if (!(total > 0)) {
            return random.nextInt(list.size());
        }
        double left = random.nextDouble() * total;
        for (int i = 0; i < list.size(); i++) {
            left -= weight.applyAsDouble(list.get(i));
            if (left < 0) {
                return i;
            }
        }
        return list.size() - 1; // rounding
    }
}
