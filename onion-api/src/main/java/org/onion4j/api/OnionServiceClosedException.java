package org.onion4j.api;

/** The onion service has been closed, by whoever hosts it. */
public final class OnionServiceClosedException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public OnionServiceClosedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new OnionServiceClosedException(getMessage(), this);
    }
}
