package org.onion4j.hs.service;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A bounded queue for what comes from several sources: gives of each source in turn, so that a flood from one of them
 * leaves the others their share. When it is full, the oldest makes room that came from the source of which most waits.
 *
 * <p>Threading: any thread, channels' readers among them; guarded by one lock.
 */
final class FairQueue<S, T> {
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<S, ArrayDeque<T>> bySource = new LinkedHashMap<>(); // whose turn it is comes first
    private int size;

    /** An empty one, in which so many may wait. */
    FairQueue(int most) {
        this.most = most;
    }

    /** Lets it wait; gives what had to make room for it, if anything. */
    Optional<T> add(S source, T item) {
        lock.lock();
        try {
            Optional<T> shed = size < most ? Optional.empty() : Optional.of(shed());
            bySource.computeIfAbsent(source, key -> new ArrayDeque<>()).add(item);
            size++;
            return shed;
        } finally {
            lock.unlock();
        }
    }

    private T shed() {
        Map.Entry<S, ArrayDeque<T>> longest = null;
        for (Map.Entry<S, ArrayDeque<T>> each : bySource.entrySet()) {
            if (longest == null || each.getValue().size() > longest.getValue().size()) {
                longest = each;
            }
        }
        size--;
        T oldest = longest.getValue().remove();
        if (longest.getValue().isEmpty()) {
            bySource.remove(longest.getKey());
        }
        return oldest;
    }

    /** Takes the next one out. */
    Optional<T> take() {
        lock.lock();
        try {
            if (size == 0) {
                return Optional.empty();
            }
            S source = bySource.keySet().iterator().next();
            ArrayDeque<T> items = bySource.remove(source);
            size--;
            T taken = items.remove();
            if (!items.isEmpty()) {
                bySource.put(source, items); // its next turn comes after all others'
            }
            return Optional.of(taken);
        } finally {
            lock.unlock();
        }
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return size == 0;
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            bySource.clear();
            size = 0;
        } finally {
            lock.unlock();
        }
    }
}
