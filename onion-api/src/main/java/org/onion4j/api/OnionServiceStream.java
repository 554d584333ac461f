package org.onion4j.api;

/**
 * A connection that a client has made to an onion service of ours. Who the client is, and where, nobody knows: streams of
 * one client may even come over several circuits.
 *
 * <p>Threading: like {@link OnionStream}.
 */
public interface OnionServiceStream extends OnionStream {
    /** The virtual port that the client asked for, 1 to 65535. */
    int port();

    /**
     * Ends the circuit that this stream came over, with all of its streams: for clients that misbehave. Such a client has
     * to be introduced once more to come back. Does not block; again: no effect.
     */
    void closeCircuit();
}
