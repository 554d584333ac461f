package org.onion4j.testnet.wire;

import java.net.InetSocketAddress;

/**
 * One end of a stream of bytes in both directions, as TCP has it, driven by events.
 *
 * <p>Threading: all calls, and all callbacks of the listener, are on the loop of its owner.
 */
public interface Wire {
    /** From now on the listener hears of what arrives; what came before is kept for it. Once. */
    void start(WireListener listener);

    /**
     * Sends bytes, after those given before. Never blocks, never fails, copies them: whoever sends much looks at
     * {@link #queuedBytes} and goes on at {@link WireListener#onDrained}. Dropped if the wire has been closed.
     */
    void write(byte[] bytes, int offset, int length);

    /** How many bytes given to {@link #write} wait here because the peer does not take them yet. */
    int queuedBytes();

    /** No {@link WireListener#onBytes} after this until {@link #resume}; in the end the peer is held up, too. */
    void pause();

    /** Takes {@link #pause} back. */
    void resume();

    /**
     * Sends what is queued and then ends this direction: the peer sees the end of its input. What arrives is delivered
     * still, up to the peer's end.
     */
    void shutdownOutput();

    /** Sends what is queued, then ends both directions in order. The listener hears nothing any more. */
    void close();

    /** Ends both directions abruptly: the peer gets an error. The listener hears nothing any more. */
    void reset();

    /** The address of the other end. */
    InetSocketAddress remote();

    /** The address of this end. */
    InetSocketAddress local();
}
