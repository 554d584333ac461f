package org.onion4j.directory.supply;

import java.time.Duration;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.path.ParameterLookup;

/**
 * Draws for how long something is kept that may be of use again: 30 to 60 minutes, unless the network wants another time,
 * and at random, so that nobody who watches a client's circuits end can tell when they were wanted. Spec: path-spec,
 * "Clients build circuits preemptively"; padding-spec, "Connection timeouts".
 *
 * <p>Threading: any thread.
 */
final class KeptTime {
    private static final int DEFAULT_SECONDS = 30 * 60;
    private static final int MIN_SECONDS = 60;
    private static final int MAX_SECONDS = 24 * 60 * 60;

    private final RandomSource random;
    private volatile Duration least = Duration.ofSeconds(DEFAULT_SECONDS);

    KeptTime(RandomSource random) {
        this.random = random;
    }

    /** Follows {@code nf_conntimeout_clients}, the shortest such time in seconds, for what is drawn from now on. */
    void update(ParameterLookup network) {
        least = Duration.ofSeconds(
                network.parameter("nf_conntimeout_clients", DEFAULT_SECONDS, MIN_SECONDS, MAX_SECONDS));
    }

    Duration draw() {
        Duration shortest = least;
        return shortest.plusNanos(random.nextLong(shortest.toNanos()));
    }
}
