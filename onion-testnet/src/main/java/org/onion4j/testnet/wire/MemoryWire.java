package org.onion4j.testnet.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.onion4j.testnet.loop.Loop;

/** The event-driven end of a connection in memory. Threading: as {@link Wire} says; the pipes' signals come from anywhere. */
final class MemoryWire extends QueueingWire {
    /** How many bytes are handed over before others get their turn on the loop. */
    private static final int TURN_BYTES = 64 * 1024;

    private final Loop loop;
    private final MemoryPipe in;
    private final MemoryPipe out;
    private final AtomicBoolean turnComes = new AtomicBoolean();
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();

    MemoryWire(Loop loop, MemoryPipe in, MemoryPipe out, InetSocketAddress local, InetSocketAddress remote) {
        super(local, remote);
        this.loop = loop;
        this.in = in;
        this.out = out;
        in.onReadable(this::signal);
        out.onWritable(this::signal);
    }

    private void signal() {
        if (turnComes.compareAndSet(false, true)) {
            loop.execute(this::turn);
        }
    }

    private void turn() {
        turnComes.set(false);
        flush();
        tellIfDrained();
        readAll();
    }

    private void readAll() {
        int taken = 0;
        while (isReading()) {
            if (taken >= TURN_BYTES) {
                signal();
                return;
            }
            byte[] chunk = in.poll();
            if (chunk != null) {
                taken += chunk.length;
                listener.onBytes(chunk, 0, chunk.length);
                continue;
            }
            switch (in.state()) {
                case READABLE -> {} // has just come
                case EMPTY -> {
                    return;
                }
                case ENDED -> {
                    inputEnded = true;
                    listener.onClosed(null);
                }
                case FAILED -> {
                    inputEnded = true;
                    closed = true;
                    dropQueue();
                    listener.onClosed(in.failure());
                }
            }
        }
    }

    @Override
    protected void onReadingChanged() {
        if (!isPaused()) {
            signal();
        }
    }

    @Override
    protected void flush() {
        while (!queue.isEmpty()) {
            byte[] chunk = queue.peek();
            if (!out.offer(chunk)) {
                return;
            }
            queue.poll();
            queued -= chunk.length;
        }
        if (ending && !out.isEnded()) {
            out.end();
        }
    }

    private void dropQueue() {
        queue.clear();
        queued = 0;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (ending || length == 0) {
            return;
        }
        byte[] chunk = Arrays.copyOfRange(bytes, offset, offset + length);
        if (queue.isEmpty() && out.offer(chunk)) {
            if (drainTold) {
                drainTold = false;
                signal(); // tells of it in a turn of its own
            }
            return;
        }
        queue.add(chunk);
        queued += length;
        drainTold = false;
    }

    @Override
    public void close() {
        closed = true;
        in.closeReader();
        shutdownOutput();
    }

    @Override
    public void reset() {
        closed = true;
        ending = true;
        dropQueue();
        IOException cause = new SocketException("Connection reset");
        in.fail(cause);
        out.fail(cause);
    }

    @Override
    public String toString() {
        return "MemoryWire";
    }
}
