package org.onion4j.directory.supply;

import java.time.Duration;

/**
 * Numbers of the supply. The defaults are those of C tor.
 *
 * @param maxDirtiness a circuit takes no new stream this long after its first one (with an isolation value: its last)
 * @param maxPending circuits that are being built at once
 * @param maxUnused circuits that have carried no stream yet
 * @param perPort circuits kept ready for a port that was lately used
 */
public record SupplyParameters(Duration maxDirtiness, int maxPending, int maxUnused, int perPort) {
    public static final SupplyParameters DEFAULT = new SupplyParameters(Duration.ofMinutes(10), 8, 14, 2);
}
