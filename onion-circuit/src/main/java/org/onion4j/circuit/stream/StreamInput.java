package org.onion4j.circuit.stream;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.message.EndReason;

/**
 * The side of a stream that its reader sees: the bytes that have arrived, and why there will be no more.
 *
 * <p>Threading: {@link #read} by one thread, the rest by any. It has a lock of its own, which is taken after the
 * circuit's, never before it.
 */
final class StreamInput {
    /** Time-outs are by the ticker, which may go faster than a wait does (a machine that sleeps, a test): look again so often. */
    static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition readable = lock.newCondition();
    private final ReceiveBuffer received;
    private StreamException failure; // why the stream is closed, for a reader and a writer
    private boolean readerWaits;
    private boolean shut;
    private long taken; // bytes that the reader has got
    private volatile long timeoutNanos = DataStream.NO_TIMEOUT;

    StreamInput(Ticker ticker, ReceiveBuffer received) {
        this.ticker = ticker;
        this.received = received;
    }

    void setTimeoutNanos(long nanos) {
        timeoutNanos = nanos;
    }

    /** How many bytes can be read without waiting. */
    int available() {
        lock.lock();
        try {
            return received.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes have been read so far. */
    long taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link DataStream#read} says. */
    int read(byte[] target, int offset, int room) throws IOException {
        if (room == 0) {
            return 0;
        }
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try {
            if (received.size() == 0 && failure == null && !shut) {
                awaitReadable();
            }
            if (shut) {
                return -1;
            }
            if (received.size() == 0) {
                if (isEndOfStream(failure)) {
                    return -1;
                }
                throw failure.again();
            }
            int length = received.take(target, offset, room);
            taken += length;
            if (failure != null && received.size() == 0) {
                received.clear(); // nothing more will come
            }
            return length;
        } finally {
            lock.unlock();
        }
    }

    private void awaitReadable() throws IOException {
        long limit = timeoutNanos;
        long until = ticker.read() + limit;
        readerWaits = true;
        try {
            while (received.size() == 0 && failure == null && !shut) {
                if (limit == DataStream.NO_TIMEOUT) {
                    readable.await();
                } else {
                    long left = until - ticker.read();
                    if (left <= 0) {
                        throw StreamException.timeout("reading");
                    }
                    readable.awaitNanos(Math.min(left, MAX_WAIT_NANOS));
                }
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            readerWaits = false;
        }
    }

    private static boolean isEndOfStream(StreamException failure) {
        return failure.kind() == StreamException.Kind.ENDED
                && failure.end().isPresent()
                && failure.end().get().reason().equals(EndReason.DONE);
    }

    /** The thread has been interrupted, and stays so. */
    static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("interrupted");
    }

    /** Data has arrived: its bytes are copied. Says how many wait now. */
    int append(byte[] source, int offset, int length) {
        lock.lock();
        try {
            if (!shut) {
                received.append(source, offset, length);
            }
            return received.size();
        } finally {
            lock.unlock();
        }
    }

    /** All that has arrived for now is here: wakes the reader. */
    void wake() {
        lock.lock();
        try {
            if (readerWaits) {
                readable.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Further reads find the end; what arrives is dropped. */
    void shut() {
        lock.lock();
        try {
            shut = true;
            received.clear();
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will arrive. */
    void fail(StreamException why, DataStream.Unread unread) {
        lock.lock();
        try {
            if (failure == null) {
                failure = why;
            }
            if (received.size() == 0 || unread == DataStream.Unread.DROPPED) {
                received.clear();
            }
            readable.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** For a writer of the closed stream: why it is closed. */
    StreamException failure() {
        lock.lock();
        try {
            return failure == null ? StreamException.closed() : failure.again();
        } finally {
            lock.unlock();
        }
    }

    /** Where it has ended before and data is left, that goes, and a reader learns why: it must not take this for the end. */
    void dropUnread(StreamException why) {
        lock.lock();
        try {
            if (received.size() > 0) {
                received.clear();
                failure = why;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Gives back memory that holds nothing. */
    void trim() {
        lock.lock();
        try {
            if (received.size() == 0) {
                received.clear();
            }
        } finally {
            lock.unlock();
        }
    }
}
