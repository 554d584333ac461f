package org.onion4j.testnet.wire;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Gives bytes that pass one after the other their times, so that no more than so many pass a second. Any thread. */
final class Limiter {
    private final ReentrantLock lock = new ReentrantLock();
    private final long bytesPerSecond;
    private long free; // when the next byte may pass

    Limiter(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** When bytes have passed that come now, by the network's ticker. */
    long pass(int bytes, long now) {
        lock.lock();
        try {
            free = Math.max(free, now) + bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
            return free;
        } finally {
            lock.unlock();
        }
    }
}
