package org.onion4j.api;

/** The host or port is not one that may be asked of the network. Nothing has been sent. */
public final class InvalidDestinationException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** What is wrong with it. */
    public enum Reason {
        /** It is no host name, address or port at all. */
        MALFORMED,
        /** It means this machine or the local network; see {@link OnionClient.Builder#allowInternalAddresses}. */
        INTERNAL,
        /** It ends in {@code .onion}, but is not the address of an onion service: mistyped, or cut. */
        ONION_ADDRESS,
        /** It is the address of an onion service of version 2 (16 characters). These ended in 2021. */
        ONION_VERSION_2,
        /** It ends in {@code .exit}, which would let a web page choose the exit. */
        EXIT_NOTATION,
        /** It is an address of the kind that {@link StreamOptions#ipVersions} rules out. */
        IP_VERSION
    }

    private final Reason reason;

    /** For the library itself. */
    public InvalidDestinationException(Reason reason, String message) {
        this(reason, message, null);
    }

    private InvalidDestinationException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What is wrong with it. */
    public Reason reason() {
        return reason;
    }

    @Override
    OnionException again() {
        return new InvalidDestinationException(reason, getMessage(), this);
    }
}
