package org.onion4j.api.internal;

import java.util.Optional;
import org.onion4j.api.IpVersions;
import org.onion4j.api.StreamOptions;

/**
 * One stream to open, or one look-up to do.
 *
 * @param destination where to; checked
 * @param isolation which circuits it may use: those of an equal value alone; all requests without one go together
 * @param ipVersions which kinds of address will do
 * @param earlyData when its future is done, and the first bytes may be sent
 */
public record StreamRequest(
        Destination destination, Optional<Object> isolation, IpVersions ipVersions, StreamOptions.EarlyData earlyData) {
    /** A request with the defaults. */
    public static StreamRequest to(Destination destination) {
        return new StreamRequest(
                destination, Optional.empty(), IpVersions.PREFER_IPV4, StreamOptions.EarlyData.AFTER_CONNECT);
    }

    /** Without the destination, which must not get into a log by accident. */
    @Override
    public String toString() {
        return "StreamRequest[" + ipVersions + ", " + earlyData + "]";
    }
}
