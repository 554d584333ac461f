package org.onion4j.directory.guard;

/** Why a circuit through a guard came to nothing, as far as that tells something of the guard. */
public enum GuardFailure {
    /**
     * The device has no network, or cannot reach any of it ("network is unreachable", airplane mode): says nothing of
     * the guard.
     */
    NO_NETWORK,
    /**
     * A link to the guard that had worked was found dead, as it is when the device has changed networks: the guard is worth
     * another try at once, but no longer known to work.
     */
    LINK_DEAD,
    /** The guard's certificates are out of their time by our clock: either clock may be wrong. */
    CLOCK,
    /** No connection to the guard, no link handshake with it, or no answer to the circuit's first cell in time. */
    UNREACHABLE,
    /** The guard answered and refused: it destroyed the circuit before its first hop was there. */
    DESTROYED,
    /**
     * The circuit failed after its first hop: most often the fault of a later relay, or of what is between them; always so
     * with a hostile guard. No reason to use another one than a primary guard.
     */
    LATER_HOP
}
