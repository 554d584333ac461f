package org.onion4j.api;

import java.util.Optional;

/**
 * The connection between the exit and the host broke, so bytes may be missing. A new stream may work.
 */
public final class StreamResetException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public StreamResetException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new StreamResetException(getMessage(), endReason(), this);
    }
}
