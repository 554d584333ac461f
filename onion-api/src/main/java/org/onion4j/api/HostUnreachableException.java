package org.onion4j.api;

import java.util.Optional;

/**
 * The exit knows no way to the host.
 */
public final class HostUnreachableException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public HostUnreachableException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new HostUnreachableException(getMessage(), endReason(), this);
    }
}
