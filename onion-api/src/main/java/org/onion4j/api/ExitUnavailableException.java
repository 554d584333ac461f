package org.onion4j.api;

import java.util.Optional;

/**
 * The exits that were asked could not serve the stream for causes of their own. Trying again later may help.
 */
public final class ExitUnavailableException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public ExitUnavailableException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new ExitUnavailableException(getMessage(), endReason(), this);
    }
}
