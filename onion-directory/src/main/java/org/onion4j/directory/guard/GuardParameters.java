package org.onion4j.directory.guard;

import java.time.Duration;
import org.onion4j.directory.path.ParameterLookup;

/**
 * The consensus parameters of guards, each within its legal range. Spec: guard-spec, "Parameters with suggested values",
 * and path-spec, "Parametrization", for those of path bias.
 *
 * @param maxSampleThreshold the largest share, above 0 and at most 1, of all guards that may be sampled
 * @param maxSampleSize the largest number of guards that may be sampled
 * @param minFilteredSample the number of sampled guards we could use that we want to have
 * @param removeUnlistedAfter how long a guard that is no longer listed stays in the sample
 * @param lifetime how long a guard that was never used stays in the sample
 * @param confirmedMinLifetime how long a guard stays after it was first used
 * @param primaryGuards how many primary guards there are
 * @param primaryToUse among how many of them a circuit for traffic chooses
 * @param primaryToUseForDirectory among how many of them a directory request chooses
 * @param internetLikelyDown after so long without any sign of life the network itself is suspected
 * @param nonPrimaryConnectTimeout how long a better guard that is being tried holds up a circuit that is ready
 * @param nonPrimaryIdleTimeout how long a circuit waits for a better guard before it is given up
 * @param meaningfulRestriction below this share of usable guards a configuration has a sample of its own
 * @param extremeRestriction below this share of usable guards the user is warned
 * @param pathBias those of path bias
 */
record GuardParameters(
        double maxSampleThreshold,
        int maxSampleSize,
        int minFilteredSample,
        Duration removeUnlistedAfter,
        Duration lifetime,
        Duration confirmedMinLifetime,
        int primaryGuards,
        int primaryToUse,
        int primaryToUseForDirectory,
        Duration internetLikelyDown,
        Duration nonPrimaryConnectTimeout,
        Duration nonPrimaryIdleTimeout,
        double meaningfulRestriction,
        double extremeRestriction,
        PathBiasParameters pathBias) {

    private static final int MAX_DAYS = 3650;
    private static final int MAX = Integer.MAX_VALUE;

    static GuardParameters of(ParameterLookup network) {
        return new GuardParameters(
                network.parameter("guard-max-sample-threshold-percent", 20, 1, 100) / 100.0,
                network.parameter("guard-max-sample-size", 60, 1, MAX),
                network.parameter("guard-min-filtered-sample-size", 20, 1, MAX),
                Duration.ofDays(network.parameter("guard-remove-unlisted-guards-after-days", 20, 1, MAX_DAYS)),
                Duration.ofDays(network.parameter("guard-lifetime-days", 120, 1, MAX_DAYS)),
                Duration.ofDays(network.parameter("guard-confirmed-min-lifetime-days", 60, 1, MAX_DAYS)),
                network.parameter("guard-n-primary-guards", 3, 1, MAX),
                network.parameter("guard-n-primary-guards-to-use", 1, 1, MAX),
                network.parameter("guard-n-primary-dir-guards-to-use", 3, 1, MAX),
                Duration.ofSeconds(network.parameter("guard-internet-likely-down-interval", 600, 1, MAX)),
                Duration.ofSeconds(network.parameter("guard-nonprimary-guard-connect-timeout", 15, 1, MAX)),
                Duration.ofSeconds(network.parameter("guard-nonprimary-guard-idle-timeout", 600, 1, MAX)),
                network.parameter("guard-meaningful-restriction-percent", 20, 1, MAX) / 100.0,
                network.parameter("guard-extreme-restriction-percent", 1, 1, 100) / 100.0,
                PathBiasParameters.of(network));
    }

    /**
     * The parameters of path bias.
     *
     * @param minCircuits circuits to see before a guard's share of built ones is judged
     * @param extremeRate the share of built circuits, 0 to 1, below which a guard is bad
     * @param scaleCircuits after so many circuits the counts are scaled down
     * @param minUses uses to see before a guard's share of good uses is judged
     * @param extremeUseRate the share of good uses, 0 to 1, below which a guard is bad
     * @param scaleUses after so many uses the counts are scaled down
     * @param scale what counts are multiplied with then, above 0 and at most 1
     * @param dropGuards whether a bad guard is no longer used, or only told of
     */
    record PathBiasParameters(
            int minCircuits,
            double extremeRate,
            int scaleCircuits,
            int minUses,
            double extremeUseRate,
            int scaleUses,
            double scale,
            boolean dropGuards) {

        static PathBiasParameters of(ParameterLookup network) {
            int divisor = network.parameter("pb_scalefactor", 2, 2, MAX);
            return new PathBiasParameters(
                    network.parameter("pb_mincircs", 150, 5, MAX),
                    network.parameter("pb_extremepct", 30, 0, 100) / 100.0,
                    network.parameter("pb_scalecircs", 300, 10, MAX),
                    network.parameter("pb_minuse", 20, 3, MAX),
                    network.parameter("pb_extremeusepct", 60, 3, 100) / 100.0,
                    network.parameter("pb_scaleuse", 100, 10, MAX),
                    network.parameter("pb_multfactor", 1, 1, divisor) / (double) divisor,
                    network.parameter("pb_dropguards", 0, 0, 1) == 1);
        }
    }
}
