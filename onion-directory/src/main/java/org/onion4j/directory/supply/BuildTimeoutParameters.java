package org.onion4j.directory.supply;

import java.time.Duration;
import org.onion4j.directory.path.ParameterLookup;

/**
 * The consensus parameters that govern how the circuit build timeout is learned, each within its legal range. Spec:
 * path-spec, "Consensus parameters governing behavior".
 *
 * @param learning whether to learn at all; if not, the initial timeout stays
 * @param numModes how many of the most frequent bins make up Xm
 * @param recentCount how many of the last circuits are looked at to notice a changed network
 * @param maxTimeouts how many of those may time out before everything learned is forgotten
 * @param minCircuits how many build times are needed before a timeout is computed
 * @param quantile the share of circuits that the timeout lets through, above 0 and below 1
 * @param closeQuantile the same for giving up on a slow circuit for good, not below {@code quantile}
 * @param testInterval how often a circuit is built to learn from, while there are too few
 * @param minTimeoutMillis the lowest timeout
 * @param initialTimeoutMillis the timeout before enough is known, and the lowest time until a slow circuit is closed
 * @param learningIdleTimeout how long an unused circuit lives while learning
 * @param maxOpenCircuits how many unused circuits may be open for the sake of learning
 */
public record BuildTimeoutParameters(
        boolean learning,
        int numModes,
        int recentCount,
        int maxTimeouts,
        int minCircuits,
        double quantile,
        double closeQuantile,
        Duration testInterval,
        int minTimeoutMillis,
        int initialTimeoutMillis,
        Duration learningIdleTimeout,
        int maxOpenCircuits) {

    /** The values where there is no consensus, or it names none. */
    public static final BuildTimeoutParameters DEFAULTS = of(ParameterLookup.DEFAULTS);

    /** The values of a consensus. */
    public static BuildTimeoutParameters of(ParameterLookup network) {
        int quantile = network.parameter("cbtquantile", 80, 10, 99);
        int closeQuantile = Math.max(quantile, network.parameter("cbtclosequantile", 99, 10, 99));
        int minTimeout = network.parameter("cbtmintimeout", 10, 10, Integer.MAX_VALUE);
        int initial = Math.max(minTimeout, network.parameter("cbtinitialtimeout", 60_000, 10, Integer.MAX_VALUE));
        return new BuildTimeoutParameters(
                network.parameter("cbtdisabled", 0, 0, 1) == 0,
                network.parameter("cbtnummodes", 10, 1, 20),
                network.parameter("cbtrecentcount", 20, 3, 1000),
                network.parameter("cbtmaxtimeouts", 18, 3, 10_000),
                network.parameter("cbtmincircs", 100, 1, 10_000),
                quantile / 100.0,
                closeQuantile / 100.0,
                Duration.ofSeconds(network.parameter("cbttestfreq", 10, 1, Integer.MAX_VALUE)),
                minTimeout,
                initial,
                Duration.ofSeconds(network.parameter("cbtlearntimeout", 180, 10, 60_000)),
                network.parameter("cbtmaxopencircs", 10, 0, 14));
    }
}
