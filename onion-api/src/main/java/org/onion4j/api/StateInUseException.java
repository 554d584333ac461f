package org.onion4j.api;

/**
 * Another client holds the state directory, in this process or in another one. Close it, or use another directory.
 */
public final class StateInUseException extends StateException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public StateInUseException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new StateInUseException(getMessage(), this);
    }
}
