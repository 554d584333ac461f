package org.onion4j.api;

import java.util.Optional;

/**
 * The host refused the connection, or closed it before it was open: nothing listens at the port.
 */
public final class ConnectionRefusedException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public ConnectionRefusedException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new ConnectionRefusedException(getMessage(), endReason(), this);
    }
}
