package org.onion4j.testnet;

/** What a relay of a {@link TestNetwork} is there for. A relay may have several roles. */
public enum RelayRole {
    /** Votes on the consensus and signs it. */
    AUTHORITY,
    /** May be a client's first hop. */
    GUARD,
    /** May be in the middle of a circuit; every relay is. */
    MIDDLE,
    /** May be a circuit's last hop and connect to destinations. */
    EXIT,
    /** Serves directory documents to clients. */
    DIRECTORY_CACHE,
    /** Keeps descriptors of onion services. */
    HSDIR
}
