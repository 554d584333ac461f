package org.onion4j.testnet.relay;

/**
 * What a client asked a relay for on a stream.
 *
 * @param kind what for
 * @param host name or address as the client wrote it; empty for {@link Kind#DIRECTORY}
 * @param port 1 to 65535; 0 where there is none
 */
public record Destination(Kind kind, String host, int port) {
    /** The kinds of streams. */
    public enum Kind {
        /** BEGIN. */
        STREAM,
        /** RESOLVE. */
        LOOKUP,
        /** BEGIN_DIR. */
        DIRECTORY
    }
}
