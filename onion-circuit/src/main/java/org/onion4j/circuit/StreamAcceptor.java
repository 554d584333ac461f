package org.onion4j.circuit;

/** Gets the streams that the client of an onion service opens, on a circuit that {@link Circuit#join} has joined. */
public interface StreamAcceptor {
    /**
     * A client wants a stream. The answer may be given here or later, by any thread. Called on a channel's reader thread
     * without locks, for one stream of a circuit after the other: it must not block. If it fails, the stream is refused.
     */
    void onBegin(IncomingStream stream);
}
