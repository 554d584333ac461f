package org.onion4j.directory.state;

/** A state directory cannot be used at all. Thrown at opening alone; nothing is left open or locked. */
public final class StateStoreException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What a caller would do differently. */
    public enum Reason {
        /** Another client holds the directory, in this process or in another: end it, or take another directory. */
        IN_USE,
        /** The directory cannot be made, or not written to, or is not the user's. */
        UNUSABLE
    }

    private final Reason reason;

    public StateStoreException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public StateStoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What a caller would do differently. */
    public Reason reason() {
        return reason;
    }
}
