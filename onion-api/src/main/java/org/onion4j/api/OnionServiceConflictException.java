package org.onion4j.api;

/** Two onion services of one client would get into each other's way, or two users of one port of a service. */
public final class OnionServiceConflictException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** What they share. */
    public enum Reason {
        /** The client hosts a service with this key already, or is still ending it. */
        ADDRESS,
        /** The client hosts a service under this name already, or is still ending it. */
        NAME,
        /** The port has a {@link OnionService#serverSocket server socket} already. */
        PORT,
        /** Under this name the state directory keeps a service with another key. */
        KEY
    }

    private final Reason reason;

    /** For the library itself. */
    public OnionServiceConflictException(Reason reason, String message) {
        this(reason, message, null);
    }

    private OnionServiceConflictException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What they share. */
    public Reason reason() {
        return reason;
    }

    @Override
    OnionException again() {
        return new OnionServiceConflictException(reason, getMessage(), this);
    }
}
