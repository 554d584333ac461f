package org.onion4j.testnet.relay;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireListener;

/** A connection of an exit to a destination that the test plays: what came, what state it is in. */
final class FakeWire implements Wire {
    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final InetSocketAddress remote;
    private WireListener listener;
    boolean paused;
    boolean closed;
    boolean stuck; // takes bytes and delivers none
    private int queued;

    FakeWire(InetSocketAddress remote) {
        this.remote = remote;
    }

    /** The destination sends. */
    void say(byte[] bytes) {
        if (paused) {
            throw new AssertionError("read in spite of a pause");
        }
        listener.onBytes(bytes, 0, bytes.length);
    }

    void say(String text) {
        say(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The destination ends. */
    void end(Throwable cause) {
        listener.onClosed(cause);
    }

    /** What was stuck has gone out. */
    void drain() {
        stuck = false;
        queued = 0;
        listener.onDrained();
    }

    String heard() {
        return received.toString(StandardCharsets.US_ASCII);
    }

    @Override
    public void start(WireListener value) {
        listener = value;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        received.write(bytes, offset, length);
        queued += stuck ? length : 0;
    }

    @Override
    public int queuedBytes() {
        return queued;
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public void reset() {
        closed = true;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InetSocketAddress local() {
        return remote;
    }
}
