package org.onion4j.api;

/** Bytes or text that should be a key are none. The message does not quote them. */
public final class OnionKeyException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public OnionKeyException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new OnionKeyException(getMessage(), this);
    }
}
