package org.onion4j.api;

/**
 * The calling thread was interrupted, and what it waited for has been given up. Its interrupt status is set again.
 */
public final class OperationInterruptedException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** For the library itself. */
    public OperationInterruptedException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    OnionException again() {
        return new OperationInterruptedException(getMessage(), this);
    }
}
