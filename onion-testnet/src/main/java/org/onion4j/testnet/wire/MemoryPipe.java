package org.onion4j.testnet.wire;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One direction of a connection in memory: a bounded queue of bytes with two ends that may belong to different threads.
 * The ends learn of changes by a signal each, which is called without the lock and must be quick.
 *
 * <p>Threading: any thread; guarded by {@code lock}.
 */
final class MemoryPipe {
    /** The writer is held up once this many bytes wait; what it offers while there are fewer is taken whole. */
    static final int CAPACITY_BYTES = 128 * 1024;

    /** What a read has found. */
    enum State {
        /** Bytes are there. */
        READABLE,
        /** There is nothing at the moment. */
        EMPTY,
        /** The writer has ended in order, and all has been read. */
        ENDED,
        /** The connection is lost. */
        FAILED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private int first; // where the first chunk goes on
    private int size;
    private boolean ended;
    private boolean readerGone;
    private boolean writerWaits;
    private IOException failure;
    private Runnable onReadable = () -> {};
    private Runnable onWritable = () -> {};

    /** Sets the reader's signal: there are bytes, or the end, or a failure. It may come when there is nothing new. */
    void onReadable(Runnable signal) {
        lock.lock();
        try {
            onReadable = signal;
        } finally {
            lock.unlock();
        }
    }

    /** Sets the writer's signal: there is room again after an offer was refused, or the connection is lost. */
    void onWritable(Runnable signal) {
        lock.lock();
        try {
            onWritable = signal;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a chunk, which becomes the pipe's, or refuses it because there is no room; the writer's signal then tells when
     * there is. After the end or a failure it is dropped and counts as taken.
     */
    boolean offer(byte[] chunk) {
        Runnable signal;
        lock.lock();
        try {
            if (failure != null || ended || readerGone) {
                return true;
            }
            if (size >= CAPACITY_BYTES) {
                writerWaits = true;
                return false;
            }
            chunks.add(chunk);
            size += chunk.length;
            signal = onReadable;
        } finally {
            lock.unlock();
        }
        signal.run();
        return true;
    }

    /** Whether an offer would be refused. */
    boolean isFull() {
        lock.lock();
        try {
            return size >= CAPACITY_BYTES && failure == null && !readerGone;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes wait for the reader. */
    int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** The writer writes no more; the reader sees the end behind what is there. */
    void end() {
        Runnable signal;
        lock.lock();
        try {
            ended = true;
            signal = onReadable;
        } finally {
            lock.unlock();
        }
        signal.run();
    }

    /** The connection is lost: both ends get the failure, and what is under way is gone. */
    void fail(IOException cause) {
        Runnable reader;
        Runnable writer;
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
            }
            chunks.clear();
            size = 0;
            first = 0;
            reader = onReadable;
            writer = onWritable;
        } finally {
            lock.unlock();
        }
        reader.run();
        writer.run();
    }

    /** The reader reads no more: what is written from now on is dropped. */
    void closeReader() {
        Runnable signal;
        lock.lock();
        try {
            readerGone = true;
            chunks.clear();
            size = 0;
            first = 0;
            signal = onWritable;
        } finally {
            lock.unlock();
        }
        signal.run();
    }

    /** Whether nobody will read what is written. */
    boolean isReaderGone() {
        lock.lock();
        try {
            return readerGone || failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the writer has ended in order. */
    boolean isEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** What a read would find. */
    State state() {
        lock.lock();
        try {
            if (failure != null) {
                return State.FAILED;
            }
            if (size > 0) {
                return State.READABLE;
            }
            return ended ? State.ENDED : State.EMPTY;
        } finally {
            lock.unlock();
        }
    }

    /** Why the connection is lost, or null. */
    IOException failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /** The next bytes in a piece, as an array of the caller's; null if there are none now. */
    byte[] poll() {
        byte[] chunk;
        Runnable signal = null;
        lock.lock();
        try {
            chunk = chunks.poll();
            if (chunk == null) {
                return null;
            }
            if (first > 0) {
                chunk = Arrays.copyOfRange(chunk, first, chunk.length);
                first = 0;
            }
            size -= chunk.length;
            signal = signalOfRoom();
        } finally {
            lock.unlock();
        }
        if (signal != null) {
            signal.run();
        }
        return chunk;
    }

    /** Reads into an array, as much as is there; 0 if nothing is. */
    int read(byte[] target, int offset, int length) {
        int done = 0;
        Runnable signal;
        lock.lock();
        try {
            while (done < length && !chunks.isEmpty()) {
                byte[] chunk = chunks.peek();
                int part = Math.min(length - done, chunk.length - first);
                System.arraycopy(chunk, first, target, offset + done, part);
                done += part;
                first += part;
                if (first == chunk.length) {
                    chunks.poll();
                    first = 0;
                }
            }
            size -= done;
            signal = signalOfRoom();
        } finally {
            lock.unlock();
        }
        if (signal != null) {
            signal.run();
        }
        return done;
    }

    private Runnable signalOfRoom() {
        if (writerWaits && size <= CAPACITY_BYTES / 2) {
            writerWaits = false;
            return onWritable;
        }
        return null;
    }
}
