package org.onion4j.testnet.relay;

/** Which way a cell goes on a circuit. */
public enum Direction {
    /** Away from the client. */
    FORWARD,
    /** To the client. */
    BACKWARD
}
