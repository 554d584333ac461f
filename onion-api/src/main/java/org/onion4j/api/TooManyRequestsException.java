package org.onion4j.api;

/**
 * So many requests of this client wait for the network or for circuits that it takes no further one. Wait for some of them
 * to be done.
 */
public final class TooManyRequestsException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public TooManyRequestsException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new TooManyRequestsException(getMessage(), this);
    }
}
