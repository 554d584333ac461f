package org.onion4j.api;

/**
 * The client could not join the network in the time given, or at all. It goes on trying in the background until it is
 * closed, so a later call may succeed.
 */
public class BootstrapException extends OnionException {
    private static final long serialVersionUID = 1L;

    private final BootstrapPhase phase;

    /** For the library itself. */
    public BootstrapException(BootstrapPhase phase, String message, Throwable cause) {
        super(message, cause);
        this.phase = phase;
    }

    /** How far it came. */
    public final BootstrapPhase phase() {
        return phase;
    }

    @Override
    OnionException again() {
        return new BootstrapException(phase, getMessage(), this);
    }
}
