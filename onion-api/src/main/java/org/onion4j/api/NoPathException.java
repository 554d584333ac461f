package org.onion4j.api;

import java.util.Optional;

/**
 * There is no path through the network for this: no relay that fits is known, or none of the circuits that were tried could
 * be built. Trying again later may help.
 */
public final class NoPathException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public NoPathException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new NoPathException(getMessage(), endReason(), this);
    }
}
