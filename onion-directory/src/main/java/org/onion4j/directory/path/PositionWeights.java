package org.onion4j.directory.path;

import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * How much a relay's bandwidth counts in one position: by its Guard and Exit flags, and once more if it is a directory
 * cache. An Exit flag beside BadExit counts for nothing. Spec: dir-spec, "bandwidth-weights". Immutable.
 */
final class PositionWeights {
    private static final int EXIT_BIT = 1;
    private static final int GUARD_BIT = 2;
    private static final int DIRECTORY_BIT = 4;

    private final double[] factors = new double[8]; // by the sum of a relay's bits

    PositionWeights(NetworkView view, Position position) {
        double scale = view.weightScale();
        double[] weights = {
            view.bandwidthWeight(position.plainWeight) / scale,
            position.exitWeight == null ? 0.0 : view.bandwidthWeight(position.exitWeight) / scale,
            view.bandwidthWeight(position.guardWeight) / scale,
            view.bandwidthWeight(position.bothWeight) / scale
        };
        String[] directoryNames = {"Wmb", "Web", "Wgb", "Wdb"};
        for (int bits = 0; bits < weights.length; bits++) {
            factors[bits] = weights[bits];
            double directory =
                    position == Position.DIRECTORY ? 1.0 : view.bandwidthWeight(directoryNames[bits]) / scale;
            factors[bits | DIRECTORY_BIT] = weights[bits] * directory;
        }
    }

    /** Zero or more; proportional to the probability of choosing this relay. */
    double of(Relay relay) {
        int bits = 0;
        if (relay.has(RelayFlag.EXIT) && !relay.has(RelayFlag.BAD_EXIT)) {
            bits |= EXIT_BIT;
        }
        if (relay.has(RelayFlag.GUARD)) {
            bits |= GUARD_BIT;
        }
        if (relay.has(RelayFlag.V2_DIR)) {
            bits |= DIRECTORY_BIT;
        }
        return factors[bits] * relay.weight();
    }
}
