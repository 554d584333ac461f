package org.onion4j.testnet.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.onion4j.testnet.loop.SelectorLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event-driven end of a TCP connection. Threading: the loop's thread alone. */
final class NioWire implements Wire {
    private static final Logger log = LoggerFactory.getLogger(NioWire.class);
    private static final int READS_A_TURN = 4;

    private final SocketChannel channel;
    private final SelectorLoop loop;
    private final SelectionKey key;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
    private int queued;
    private boolean drainTold = true;
    private boolean paused;
    private boolean ending; // no write is taken any more
    private boolean outputShut;
    private boolean closed; // the listener hears nothing any more
    private boolean inputEnded;
    private WireListener listener;

    /** Takes over a connected, non-blocking channel. On the loop. */
    NioWire(SocketChannel channel, SelectorLoop loop) throws IOException {
        this.channel = channel;
        this.loop = loop;
        this.local = (InetSocketAddress) channel.getLocalAddress();
        this.remote = (InetSocketAddress) channel.getRemoteAddress();
        this.key = channel.register(loop.selector(), 0, (Runnable) this::onReady);
    }

    private void onReady() {
        if (key.isWritable()) {
            flush();
            tellIfDrained();
        }
        if (key.isValid() && key.isReadable()) {
            readAll();
        }
    }

    private void tellIfDrained() {
        if (!closed && !drainTold && queue.isEmpty() && listener != null) {
            drainTold = true;
            listener.onDrained();
        }
    }

    private void readAll() {
        for (int i = 0; i < READS_A_TURN && !paused && !closed && !inputEnded; i++) {
            byte[] buffer = loop.buffer();
            int read;
            try {
                read = channel.read(ByteBuffer.wrap(buffer));
            } catch (IOException e) {
                lose(e);
                return;
            }
            if (read > 0) {
                listener.onBytes(buffer, 0, read);
            } else if (read < 0) {
                inputEnded = true;
                setInterest();
                listener.onClosed(null);
            }
            if (read < buffer.length) {
                return;
            }
        }
    }

    private void lose(IOException cause) {
        boolean tells = !closed && !inputEnded && listener != null;
        closed = true;
        ending = true;
        inputEnded = true;
        closeChannel();
        if (tells) {
            listener.onClosed(cause);
        }
    }

    private void flush() {
        try {
            while (!queue.isEmpty()) {
                ByteBuffer first = queue.peek();
                queued -= channel.write(first);
                if (first.hasRemaining()) {
                    break;
                }
                queue.poll();
            }
            if (queue.isEmpty() && ending) {
                finishOutput();
            }
        } catch (IOException e) {
            lose(e);
            return;
        }
        setInterest();
    }

    private void finishOutput() throws IOException {
        if (closed) {
            closeChannel();
        } else if (!outputShut) {
            outputShut = true;
            channel.shutdownOutput();
        }
    }

    private void closeChannel() {
        queue.clear();
        queued = 0;
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("closing a socket failed", e);
        }
    }

    private void setInterest() {
        if (!key.isValid()) {
            return;
        }
        boolean reads = listener != null && !paused && !closed && !inputEnded;
        int wanted = (reads ? SelectionKey.OP_READ : 0) | (queue.isEmpty() ? 0 : SelectionKey.OP_WRITE);
        if (key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }

    @Override
    public void start(WireListener value) {
        listener = value;
        setInterest();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (ending || length == 0) {
            return;
        }
        ByteBuffer chunk = ByteBuffer.wrap(bytes, offset, length);
        if (queue.isEmpty()) {
            try {
                channel.write(chunk);
            } catch (IOException e) {
                loop.execute(() -> lose(e)); // the caller may not be ready to hear of it
                ending = true;
                return;
            }
        }
        if (chunk.hasRemaining()) {
            queue.add(ByteBuffer.wrap(Arrays.copyOfRange(bytes, chunk.position(), offset + length)));
            queued += chunk.remaining();
            drainTold = false;
            setInterest();
        } else if (drainTold) {
            drainTold = false;
            loop.execute(this::tellIfDrained);
        }
    }

    @Override
    public int queuedBytes() {
        return queued;
    }

    @Override
    public void pause() {
        paused = true;
        setInterest();
    }

    @Override
    public void resume() {
        paused = false;
        setInterest();
    }

    @Override
    public void shutdownOutput() {
        ending = true;
        flush();
    }

    @Override
    public void close() {
        closed = true;
        shutdownOutput();
    }

    @Override
    public void reset() {
        closed = true;
        ending = true;
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            log.debug("a socket can't be reset", e);
        }
        closeChannel();
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public String toString() {
        return "NioWire";
    }
}
