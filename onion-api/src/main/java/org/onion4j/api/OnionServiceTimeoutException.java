package org.onion4j.api;

/** What an onion service was asked to wait for has not come in time. It may come yet: the service goes on. */
public final class OnionServiceTimeoutException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public OnionServiceTimeoutException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new OnionServiceTimeoutException(getMessage(), this);
    }
}
