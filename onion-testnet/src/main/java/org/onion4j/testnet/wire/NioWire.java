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
final class NioWire extends QueueingWire {
    private static final Logger log = LoggerFactory.getLogger(NioWire.class);
    private static final int READS_A_TURN = 4;

    private final SocketChannel channel;
    private final SelectorLoop loop;
    private final SelectionKey key;
    private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
    private boolean outputShut;

    /** Takes over a connected, non-blocking channel. On the loop. */
    NioWire(SocketChannel channel, SelectorLoop loop) throws IOException {
        super((InetSocketAddress) channel.getLocalAddress(), (InetSocketAddress) channel.getRemoteAddress());
        this.channel = channel;
        this.loop = loop;
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

    private void readAll() {
        for (int i = 0; i < READS_A_TURN && isReading(); i++) {
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

    @Override
    protected void onReadingChanged() {
        setInterest();
    }

    @Override
    protected void flush() {
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
        int wanted = (isReading() ? SelectionKey.OP_READ : 0) | (queue.isEmpty() ? 0 : SelectionKey.OP_WRITE);
        if (key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
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
    public String toString() {
        return "NioWire";
    }
}
