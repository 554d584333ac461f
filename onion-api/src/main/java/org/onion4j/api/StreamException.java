package org.onion4j.api;

import java.util.Optional;

/** A stream could not be opened or was cut off, or a look-up found no answer. */
public abstract class StreamException extends OnionException {
    private static final long serialVersionUID = 1L;

    private final StreamEndReason endReason; // null where there is none: an Optional cannot be serialised

    StreamException(String message, Optional<StreamEndReason> endReason, Throwable cause) {
        super(message, cause);
        this.endReason = endReason.orElse(null);
    }

    /** The reason that the far end of the circuit gave, if it was the far end that ended the stream. */
    public final Optional<StreamEndReason> endReason() {
        return Optional.ofNullable(endReason);
    }
}
