package org.onion4j.api.internal.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.onion4j.api.OnionStream;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.Bytes;

/**
 * Copies between a program's socket and a stream until both directions have ended. The end of one direction is passed on
 * and leaves the other one alone, within the limits; a stream that breaks resets the socket, so that the program cannot
 * take what it has got for the whole.
 *
 * <p>Threading: {@link #up} on one thread and {@link #down} on another; {@link #close} on any.
 */
public final class SocketRelay {
    /** A buffer begins small, as most connections need no more, and grows while it is filled at each read. */
    private static final int MIN_BUFFER_LEN = 16 << 10;

    private static final int MAX_BUFFER_LEN = 128 << 10;

    /**
     * How long one direction goes on without the other.
     *
     * @param quietAfterHalfClose how long the far end may be silent after the program has stopped sending, before the stream
     *     is closed: the program may be gone, and cannot be asked. Zero where the program's end is the end of all, which
     *     the far end could not be told otherwise.
     * @param drainAfterEnd how long the program may take to close after the far end has
     */
    public record Limits(Duration quietAfterHalfClose, Duration drainAfterEnd) {}

    private final Socket socket;
    private final OnionStream stream;
    private final Scheduler scheduler;
    private final Limits limits;
    private final AtomicInteger directions = new AtomicInteger(2);
    private volatile boolean upEnded;
    private volatile boolean closed;
    private volatile long bytesDown; // written by the thread of down()

    public SocketRelay(Socket socket, OnionStream stream, Scheduler scheduler, Limits limits) {
        this.socket = socket;
        this.stream = stream;
        this.scheduler = scheduler;
        this.limits = limits;
    }

    /** From the program to the far end. Returns true if this direction was the last to end. */
    public boolean up(Bytes early) {
        boolean last;
        try {
            copyUp(early);
        } catch (IOException e) {
            close(); // the program is gone, or we are
        } finally {
            last = endOfDirection();
        }
        return last;
    }

    private void copyUp(Bytes early) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = stream.getOutputStream();
        boolean streamTakes = early.isEmpty() || send(out, early.toArray(), early.size());
        byte[] buffer = new byte[MIN_BUFFER_LEN];
        int count;
        while ((count = in.read(buffer)) >= 0) {
            // What comes after the far end has ended goes nowhere, but unread it would reset the socket.
            streamTakes = streamTakes && send(out, buffer, count);
            buffer = grown(buffer, count);
        }
        upEnded = true;
        if (limits.quietAfterHalfClose().isZero()) {
            close();
            return;
        }
        stream.shutdownOutput();
        closeWhenQuiet(bytesDown);
    }

    /** Whether the stream took the bytes; if not, reading it tells the program why. */
    private static boolean send(OutputStream out, byte[] bytes, int count) {
        try {
            out.write(bytes, 0, count);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void closeWhenQuiet(long bytesBefore) {
        scheduler.schedule(
                () -> {
                    long bytesNow = bytesDown;
                    if (closed) {
                        return;
                    }
                    if (bytesNow == bytesBefore) {
                        close();
                    } else {
                        closeWhenQuiet(bytesNow);
                    }
                },
                limits.quietAfterHalfClose());
    }

    /** From the far end to the program. Returns true if this direction was the last to end. */
    public boolean down() {
        boolean last;
        try {
            copyDown();
        } catch (IOException e) {
            close(); // the program is gone, or we are
        } finally {
            last = endOfDirection();
        }
        return last;
    }

    private void copyDown() throws IOException {
        InputStream in = stream.getInputStream();
        OutputStream out = socket.getOutputStream();
        byte[] buffer = new byte[MIN_BUFFER_LEN];
        long total = 0;
        int count;
        while ((count = receive(in, buffer)) >= 0) {
            total += count;
            bytesDown = total;
            out.write(buffer, 0, count);
            buffer = grown(buffer, count);
        }
        socket.shutdownOutput();
        if (!upEnded) {
            scheduler.schedule(this::close, limits.drainAfterEnd());
        }
    }

    private int receive(InputStream in, byte[] buffer) throws IOException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            if (!closed) { // else it was us who ended the stream
                socket.setSoLinger(true, 0); // makes the close a reset
            }
            throw e;
        }
    }

    private static byte[] grown(byte[] buffer, int count) {
        return count == buffer.length && count < MAX_BUFFER_LEN ? Arrays.copyOf(buffer, 2 * count) : buffer;
    }

    private boolean endOfDirection() {
        boolean last = directions.decrementAndGet() == 0;
        if (last) {
            close();
        }
        return last;
    }

    /** Ends both directions at once. Again: no effect. */
    public void close() {
        closed = true;
        stream.close();
        try {
            socket.close();
        } catch (IOException e) {
            // nothing of it is left either way
        }
    }
}
