package org.onion4j.api;

import java.util.Optional;

/**
 * The stream has been closed on this side, perhaps by another thread.
 */
public final class StreamClosedException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public StreamClosedException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new StreamClosedException(getMessage(), endReason(), this);
    }
}
