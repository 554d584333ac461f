package org.onion4j.api;

import java.util.Optional;

/**
 * It took too long to open the stream or to look up the host, or a read or write waited longer than it was allowed to. A
 * stream whose read timed out can still be used.
 */
public final class StreamTimeoutException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public StreamTimeoutException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new StreamTimeoutException(getMessage(), endReason(), this);
    }
}
