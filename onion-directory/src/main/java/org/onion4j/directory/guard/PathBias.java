package org.onion4j.directory.guard;

import com.google.errorprone.annotations.Immutable;
import org.onion4j.directory.guard.GuardParameters.PathBiasParameters;

/**
 * How many circuits through a guard got built, and how many were of use, scaled down now and then so that old ones fade.
 * A guard that breaks circuits which it doesn't share with a friend at the other end shows here. Immutable. Spec:
 * path-spec, "Detecting route manipulation by Guard nodes".
 *
 * @param circuits circuits that got to their second hop, or were meant to
 * @param built circuits that got to their end
 * @param uses circuits that were used
 * @param goodUses circuits whose use was answered
 */
@Immutable
record PathBias(double circuits, double built, double uses, double goodUses) {
    static final PathBias NONE = new PathBias(0, 0, 0, 0);

    PathBias withCircuit(boolean success, PathBiasParameters p) {
        double scale = circuits >= p.scaleCircuits() ? p.scale() : 1;
        return new PathBias(circuits * scale + 1, built * scale + (success ? 1 : 0), uses, goodUses);
    }

    PathBias withUse(boolean success, PathBiasParameters p) {
        double scale = uses >= p.scaleUses() ? p.scale() : 1;
        return new PathBias(circuits, built, uses * scale + 1, goodUses * scale + (success ? 1 : 0));
    }

    /** Whether so much fails that the guard is suspect. */
    boolean isExtreme(PathBiasParameters p) {
        return (circuits >= p.minCircuits() && built / circuits < p.extremeRate())
                || (uses >= p.minUses() && goodUses / uses < p.extremeUseRate());
    }
}
