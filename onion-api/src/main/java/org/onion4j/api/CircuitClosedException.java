package org.onion4j.api;

import java.util.Optional;

/**
 * The circuit below the stream is gone: one of its relays went away or closed it. A new stream takes another circuit.
 */
public final class CircuitClosedException extends StreamException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public CircuitClosedException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, endReason, cause);
    }

    @Override
    OnionException again() {
        return new CircuitClosedException(getMessage(), endReason(), this);
    }
}
