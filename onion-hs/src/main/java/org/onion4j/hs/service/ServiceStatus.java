package org.onion4j.hs.service;

import com.google.common.collect.ImmutableMap;

/**
 * How a service does. Immutable.
 *
 * @param introductionPoints how many relays have agreed by now
 * @param published whether clients can find it
 * @param clients circuits with clients
 * @param refused how many introductions it did not follow, by reason
 */
public record ServiceStatus(
        State state, int introductionPoints, boolean published, int clients, ImmutableMap<Refusal, Long> refused) {
    /** What a service is about. */
    public enum State {
        /** It looks for relays to be its introduction points, or has not published them yet. */
        STARTING,
        /** Clients can find it. */
        RUNNING,
        /** It takes no new clients, and those that are there may finish. */
        STOPPING,
        STOPPED
    }
}
