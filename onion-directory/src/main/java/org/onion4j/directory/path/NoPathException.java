package org.onion4j.directory.path;

/**
 * The network as it is known gives no path of the kind asked for. Nothing is closed by it; the same request may succeed
 * with the next network view. The text names no relay and no address.
 */
public final class NoPathException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is missing. */
    public enum Lack {
        /** No relay with the flags of the position is known well enough to be used. */
        NO_RELAY,
        /** There are exits, but none whose policy allows the target. */
        NO_POLICY,
        /** There are relays that would do, but the caller excluded them all. */
        ALL_EXCLUDED,
        /** Those that would do are all of one family or subnet with relays already in the path. */
        ALL_RELATED,
        /** No guard can be used now. */
        NO_GUARD
    }

    private final Position position;
    private final Lack lack;

    public NoPathException(Position position, Lack lack, String message) {
        super(message);
        this.position = position;
        this.lack = lack;
    }

    /** The position for which nothing was found. */
    public Position position() {
        return position;
    }

    public Lack lack() {
        return lack;
    }
}
