package org.onion4j.api;

import org.onion4j.circuit.log.CauseOutline;

/** A defect of the library itself; its cause belongs in a bug report. */
public final class InternalErrorException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public InternalErrorException(String message, Throwable cause) {
        super(message, CauseOutline.of(cause));
    }

    @Override
    OnionException again() {
        return new InternalErrorException(getMessage(), this);
    }
}
