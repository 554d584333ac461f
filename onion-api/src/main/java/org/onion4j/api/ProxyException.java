package org.onion4j.api;

/**
 * A proxy cannot listen where it was told to. Nothing of it is left running.
 */
public final class ProxyException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public ProxyException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new ProxyException(getMessage(), this);
    }
}
