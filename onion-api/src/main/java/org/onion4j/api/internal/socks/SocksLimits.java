package org.onion4j.api.internal.socks;

import java.time.Duration;
import org.onion4j.api.internal.relay.SocketRelay;

/**
 * Bounds on what other programs can take.
 *
 * @param connections how many there may be at a time; further ones wait to be accepted
 * @param handshake how long a program may take for its request
 * @param quietAfterHalfClose how long the far end may be silent after a program has stopped sending, before the stream is
 *     closed: the program may be gone, and cannot be asked
 * @param drainAfterEnd how long a program may take to close after the far end has
 * @param addresses whether hosts may be given by address
 */
record SocksLimits(
        int connections,
        Duration handshake,
        Duration quietAfterHalfClose,
        Duration drainAfterEnd,
        AddressRequests addresses) {
    /** Those of a connection whose stream is open. */
    SocketRelay.Limits relay() {
        return new SocketRelay.Limits(quietAfterHalfClose, drainAfterEnd);
    }

    /** Whether hosts may be given by address, as by programs that look names up outside of the network. */
    enum AddressRequests {
        /** They are served, and a warning is logged now and then. */
        WARNED,
        REFUSED
    }

    static final SocksLimits DEFAULT = new SocksLimits(
            1000, Duration.ofSeconds(60), Duration.ofSeconds(15), Duration.ofSeconds(10), AddressRequests.WARNED);
}
