package org.onion4j.api.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamClosedException;

/** A stream whose far end is the test. It keeps the contract of {@link OnionStream}, time-outs excepted. */
public final class FakeStream implements OnionStream {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<byte[]> incoming = new ArrayDeque<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final CountDownLatch closedLatch = new CountDownLatch(1);
    private final AtomicInteger closeCount = new AtomicInteger();
    private boolean ended;
    private boolean inputShut;
    private boolean outputShut;
    private OnionException failure;

    /** The far end sends bytes. */
    public void send(byte[] bytes) {
        update(() -> incoming.add(bytes.clone()));
    }

    /** The far end closes the connection. */
    public void end() {
        update(() -> ended = true);
    }

    /** The connection breaks. */
    public void fail(OnionException cause) {
        update(() -> failure = cause);
    }

    private void update(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until so many bytes have come to the far end, and gives all that have. */
    public byte[] awaitSent(int count) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(10);
            while (sent.size() < count) {
                left = changed.awaitNanos(left);
                if (left <= 0) {
                    throw new AssertionError("only " + sent.size() + " bytes");
                }
            }
            return sent.toByteArray();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the client's side has stopped sending. */
    public void awaitOutputShut() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(10);
            while (!outputShut) {
                left = changed.awaitNanos(left);
                if (left <= 0) {
                    throw new AssertionError("output not shut down");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the client's side has closed the stream. */
    public void awaitClosed() throws InterruptedException {
        if (!closedLatch.await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("not closed");
        }
    }

    /** How often close has been called. */
    public int closeCount() {
        return closeCount.get();
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return FakeStream.this.read(target, offset, length);
            }
        };
    }

    private int read(byte[] target, int offset, int length) throws IOException {
        lock.lock();
        try {
            while (incoming.isEmpty() && !ended && !inputShut && failure == null && isOpen()) {
                changed.awaitUninterruptibly();
            }
            if (!isOpen()) {
                throw closedException();
            }
            if (inputShut) {
                return -1;
            }
            byte[] next = incoming.poll();
            if (next == null && failure != null) {
                throw failure;
            }
            if (next == null) {
                return -1;
            }
            int count = Math.min(length, next.length);
            System.arraycopy(next, 0, target, offset, count);
            if (count < next.length) {
                incoming.addFirst(Arrays.copyOfRange(next, count, next.length));
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] source, int offset, int length) throws IOException {
                lock.lock();
                try {
                    if (failure != null) {
                        throw failure;
                    }
                    if (!isOpen() || outputShut || ended) {
                        throw closedException();
                    }
                    sent.write(source, offset, length);
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        };
    }

    private static StreamClosedException closedException() {
        return new StreamClosedException("the stream has been closed", Optional.empty(), null);
    }

    @Override
    public void setReadTimeout(Duration timeout) {}

    @Override
    public void setWriteTimeout(Duration timeout) {}

    @Override
    public void shutdownInput() {
        update(() -> inputShut = true);
    }

    @Override
    public void shutdownOutput() {
        update(() -> outputShut = true);
    }

    @Override
    public boolean isOpen() {
        return closedLatch.getCount() > 0;
    }

    @Override
    public void close() {
        closeCount.incrementAndGet();
        update(closedLatch::countDown);
    }
}
