package org.onion4j.hs.client;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;

/**
 * Introduction points that failed lately, by their authentication keys: others are tried first. Forgotten after two
 * minutes. Any thread.
 */
final class PointFailures {
    private static final Duration REMEMBERED = Duration.ofMinutes(2);
    private static final int MAX_REMEMBERED = 1_000;

    private record Failed(Moment last, int times) {}

    private final TimeSource time;
    private final ReentrantLock lock = new ReentrantLock();
    private final Cache<Bytes, Failed> failed =
            CacheBuilder.newBuilder().maximumSize(MAX_REMEMBERED).build(); // guarded by lock

    PointFailures(TimeSource time) {
        this.time = time;
    }

    void add(Bytes authKey) {
        lock.lock();
        try {
            Moment now = time.now();
            failed.put(authKey, new Failed(now, lately(authKey, now) + 1));
        } finally {
            lock.unlock();
        }
    }

    boolean contains(Bytes authKey) {
        return count(authKey) > 0;
    }

    /** How many times it failed without two minutes between. */
    int count(Bytes authKey) {
        lock.lock();
        try {
            return lately(authKey, time.now());
        } finally {
            lock.unlock();
        }
    }

    private int lately(Bytes authKey, Moment now) {
        Failed found = failed.getIfPresent(authKey);
        return found == null || found.last().isOlderThan(REMEMBERED, now) ? 0 : found.times();
    }

    void clear() {
        lock.lock();
        try {
            failed.invalidateAll();
        } finally {
            lock.unlock();
        }
    }
}
