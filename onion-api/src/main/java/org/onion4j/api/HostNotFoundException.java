package org.onion4j.api;

import java.util.Optional;

/**
 * The exit found no address, or no name, for the host. There is no such host, or its name servers do not answer.
 */
public final class HostNotFoundException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public HostNotFoundException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new HostNotFoundException(getMessage(), endReason(), this);
    }
}
