package org.onion4j.api;

/**
 * The state directory cannot be used: it cannot be made, or not written to, or it belongs to another user, who could choose
 * the client's guards there.
 */
public class StateException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public StateException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new StateException(getMessage(), this);
    }
}
