package org.onion4j.directory.guard;

import java.time.Duration;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.path.ParameterLookup;

/**
 * How many relays a layer of vanguards has, and how long each of them serves. Spec: proposal 333, "Overview"; proposal
 * 292, "Security parameters" and "Rotation distributions". What the network's parameters say comes before the numbers of
 * these documents, but the lifetime of layer two of full vanguards has no parameter: the one there is belongs to lite.
 */
enum VanguardRules {
    /** Layer two of vanguards-lite: 4 relays, 1 to 12 days each, uniformly as C tor has it. */
    LITE_LAYER_TWO {
        @Override
        int size(ParameterLookup network) {
            return layerTwoSize(network);
        }

        @Override
        Duration lifetime(ParameterLookup network, RandomSource random) {
            int min = network.parameter("guard-hs-l2-lifetime-min", SECONDS_PER_DAY, 1, Integer.MAX_VALUE);
            int max = network.parameter("guard-hs-l2-lifetime-max", 12 * SECONDS_PER_DAY, 1, Integer.MAX_VALUE);
            return Duration.ofSeconds(max <= min ? min : min + random.nextInt(max - min));
        }
    },
    /** Layer two of full vanguards: 4 relays, 1 to 45 days each, the longer one of two draws. */
    FULL_LAYER_TWO {
        @Override
        int size(ParameterLookup network) {
            return layerTwoSize(network);
        }

        @Override
        Duration lifetime(ParameterLookup network, RandomSource random) {
            return longerOfTwo(SECONDS_PER_DAY, 45 * SECONDS_PER_DAY, random);
        }
    },
    /**
     * Layer three of full vanguards: 8 relays, 1 to 48 hours each, the longer one of two draws. Proposal 292 has 6 relays in
     * its table; the parameters that a consensus may carry for this layer are of later vanguards, with 8.
     */
    FULL_LAYER_THREE {
        @Override
        int size(ParameterLookup network) {
            return network.parameter("guard-hs-l3-number", 8, 1, MAX_LAYER_THREE);
        }

        @Override
        Duration lifetime(ParameterLookup network, RandomSource random) {
            int min = network.parameter("guard-hs-l3-lifetime-min", SECONDS_PER_HOUR, 1, Integer.MAX_VALUE);
            int max = network.parameter("guard-hs-l3-lifetime-max", 48 * SECONDS_PER_HOUR, 1, Integer.MAX_VALUE);
            return longerOfTwo(min, max, random);
        }
    };

    private static final int SECONDS_PER_HOUR = 3600;
    private static final int SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR;
    /** No layer of any design had more than a quarter of this. */
    private static final int MAX_LAYER_THREE = 64;

    /** How many relays the network wants the layer to have. */
    abstract int size(ParameterLookup network);

    /** Draws how long a relay serves. */
    abstract Duration lifetime(ParameterLookup network, RandomSource random);

    private static int layerTwoSize(ParameterLookup network) {
        return network.parameter("guard-hs-l2-number", 4, 1, 19);
    }

    /** Seconds from {@code min} to {@code max}, both included. */
    private static Duration longerOfTwo(int min, int max, RandomSource random) {
        if (max <= min) {
            return Duration.ofSeconds(min);
        }
        long count = (long) max - min + 1;
        return Duration.ofSeconds(min + Math.max(random.nextLong(count), random.nextLong(count)));
    }
}
