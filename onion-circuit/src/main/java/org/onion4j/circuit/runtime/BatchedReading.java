package org.onion4j.circuit.runtime;

/** A socket that says when it is about to wait for more: whoever handles what arrives learns when a batch is over. */
public interface BatchedReading {
    /**
     * Runs the task, on the reading thread, each time before more is waited for. It must not block or throw.
     *
     * @return whether it will ever run: not if nothing has been read through the socket's input stream by now although the
     *     TLS handshake is over, since TLS then reads from the socket's descriptor itself, as on older Android
     */
    boolean beforeWait(Runnable task);
}
