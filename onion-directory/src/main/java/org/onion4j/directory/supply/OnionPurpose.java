package org.onion4j.directory.supply;

import org.onion4j.directory.guard.VanguardMode;

/**
 * What a circuit for onion services is for, which decides how long it is: three hops before whatever relay somebody else
 * may have chosen, so that this relay doesn't meet a vanguard of the outermost layer. Spec: proposal 333, "Overview";
 * proposal 292, "Visuals".
 */
public enum OnionPurpose {
    /** To a rendezvous point that we choose and tell a service. */
    CLIENT_RENDEZVOUS(3, 4),
    /** To an introduction point that a service chose. */
    CLIENT_INTRODUCTION(4, 5),
    /** To a directory, for a descriptor that we want. */
    CLIENT_DIRECTORY(4, 5),
    /** To a rendezvous point that a client chose. */
    SERVICE_RENDEZVOUS(4, 5),
    /** To an introduction point of our own service, which clients are told of. */
    SERVICE_INTRODUCTION(4, 4),
    /** To a directory that gets the descriptor of our own service. */
    SERVICE_DIRECTORY(4, 4);

    private final int liteLength;
    private final int fullLength;

    OnionPurpose(int liteLength, int fullLength) {
        this.liteLength = liteLength;
        this.fullLength = fullLength;
    }

    /** Hops of the whole circuit, the guard and the relay at the end among them. */
    public int length(VanguardMode mode) {
        return mode == VanguardMode.FULL ? fullLength : liteLength;
    }

    /**
     * Whether its relays are to be Stable where there are such: those that are to last for a day. Circuits to rendezvous
     * points aren't, as C tor's aren't either for most ports. Spec: path-spec, "Additionally, we may be building circuits
     * with one or more requests in mind".
     */
    boolean isStable() {
        return this == SERVICE_INTRODUCTION;
    }

    /**
     * Whether a circuit that is there already will do, with one hop more. One to an introduction point of our own is to
     * last for hours, so that it doesn't matter how soon it is there.
     */
    boolean mayTakeSpare() {
        return this != SERVICE_INTRODUCTION;
    }
}
