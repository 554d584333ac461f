package org.onion4j.api.internal;

import java.util.concurrent.CompletableFuture;
import org.onion4j.api.OnionStream;

/**
 * A stream that a client has begun to a service of ours, before anybody has answered it. One of {@link #accept} and
 * {@link #refuse} is called once. No method blocks; any thread may call.
 */
public interface ArrivingStream {
    /** Why a stream is refused. */
    enum Refusal {
        /** Nothing is at this port; said in a way that doesn't tell. */
        NO_SUCH_PORT,
        /** There are too many streams. */
        BUSY,
        /** What should serve it does not take connections. */
        CONNECTION_REFUSED,
        /** What should serve it does not answer. */
        TIMEOUT,
        /** There is no way to what should serve it. */
        NO_ROUTE,
        /** Anything else. */
        OTHER
    }

    /** The virtual port that the client asked for, 0 to 65535. */
    int port();

    /** Whose it is: equal for all streams over one circuit, which one client has. */
    Object client();

    /** Tells the client that the stream is open. If the circuit is gone by now, so is the stream, as its first use tells. */
    OnionStream accept();

    /** Tells the client that it is not. */
    void refuse(Refusal why);

    /** Closes the circuit with all of its streams. */
    void closeCircuit();

    /** Done when an accepted stream has been closed, by whichever side. What depends on it must not block. */
    CompletableFuture<Void> closed();
}
