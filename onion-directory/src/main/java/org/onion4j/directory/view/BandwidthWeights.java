package org.onion4j.directory.view;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;

/** The weights that a consensus must have for any of them to be used. Spec: dir-spec, "bandwidth-weights". */
final class BandwidthWeights {
    static final ImmutableList<String> NAMES = ImmutableList.of(
            "Wbd", "Wbe", "Wbg", "Wbm", "Wdb", "Web", "Wed", "Wee", "Weg", "Wem", "Wgb", "Wgd", "Wgg", "Wgm", "Wmb",
            "Wmd", "Wme", "Wmg", "Wmm");

    private BandwidthWeights() {}

    static boolean areComplete(ImmutableMap<String, Integer> weights) {
        for (String name : NAMES) {
            Integer value = weights.get(name);
            if (value == null || value < 0) {
                return false;
            }
        }
        return true;
    }
}
