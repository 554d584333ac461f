package org.onion4j.testnet.wire;

import java.net.InetSocketAddress;

/**
 * How far a wire is that keeps what its peer does not take yet: which of its ends are still open, whether it is read, and
 * whether its listener has heard that the queue is empty. What moves the bytes is the heirs' own.
 *
 * <p>Threading: the loop's thread alone.
 */
abstract class QueueingWire implements Wire {
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private boolean paused;
    /** How many bytes are in the heir's queue. */
    protected int queued;
    /** False from a write on until the listener has been told that nothing waits any more. */
    protected boolean drainTold = true;
    /** No write is taken any more. */
    protected boolean ending;
    /** The listener hears nothing any more. */
    protected boolean closed;
    /** The peer has sent its last byte, and the listener has heard so. */
    protected boolean inputEnded;
    /** Null before the start. */
    protected WireListener listener;

    QueueingWire(InetSocketAddress local, InetSocketAddress remote) {
        this.local = local;
        this.remote = remote;
    }

    protected final boolean isPaused() {
        return paused;
    }

    /** Whether the listener wants what arrives. */
    protected final boolean isReading() {
        return listener != null && !paused && !closed && !inputEnded;
    }

    /** Tells the listener, once, if nothing waits any more. */
    protected final void tellIfDrained() {
        if (!closed && !drainTold && queued == 0 && listener != null) {
            drainTold = true;
            listener.onDrained();
        }
    }

    /** {@link #isReading} may have become another. */
    protected abstract void onReadingChanged();

    /** Sends what is queued, as far as the peer takes it; if that is all, and no more will come, ends the output. */
    protected abstract void flush();

    @Override
    public final void start(WireListener value) {
        listener = value;
        onReadingChanged();
    }

    @Override
    public final int queuedBytes() {
        return queued;
    }

    @Override
    public final void pause() {
        paused = true;
        onReadingChanged();
    }

    @Override
    public final void resume() {
        if (paused) {
            paused = false;
            onReadingChanged();
        }
    }

    @Override
    public final void shutdownOutput() {
        ending = true;
        flush();
    }

    @Override
    public final InetSocketAddress remote() {
        return remote;
    }

    @Override
    public final InetSocketAddress local() {
        return local;
    }
}
