package org.onion4j.api;

/**
 * What a client is doing.
 *
 * @param state whether it can be used
 * @param bootstrap how far it has come on its way into the network
 */
public record ClientStatus(State state, BootstrapProgress bootstrap) {
    /** Whether a client can be used. */
    public enum State {
        /** Nothing has been asked of it yet, so it has not touched the network. */
        IDLE,
        /** It is on its way into the network, or has lost it; streams wait. */
        BOOTSTRAPPING,
        /** Streams can be opened. */
        READY,
        /** It has been closed for good. */
        CLOSED
    }
}
