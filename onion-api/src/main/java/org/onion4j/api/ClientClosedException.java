package org.onion4j.api;

/**
 * The client has been closed, before or during the call.
 */
public final class ClientClosedException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public ClientClosedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new ClientClosedException(getMessage(), this);
    }
}
