package org.onion4j.hs.service;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.directory.guard.TimeSource.Moment;

/**
 * Introductions that wait to be read: of each introduction point in turn, so that a flood through one of them leaves the
 * others their share. When it is full, the oldest makes room that came through the point of which most wait.
 *
 * <p>Threading: any thread, channels' readers among them; guarded by one lock.
 */
final class IntroductionQueue {
    /** An introduction as it came. */
    record Waiting(ServicePoint point, Introduce2 message, Moment since) {}

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ServicePoint, ArrayDeque<Waiting>> byPoint =
            new LinkedHashMap<>(); // whose turn it is comes first
    private int size;

    /** @param most as many as may wait */
    IntroductionQueue(int most) {
        this.most = most;
    }

    /** Lets it wait; gives what had to make room for it, if anything. */
    Optional<Waiting> add(Waiting waiting) {
        lock.lock();
        try {
            Optional<Waiting> shed = size < most ? Optional.empty() : Optional.of(shed());
            byPoint.computeIfAbsent(waiting.point(), point -> new ArrayDeque<>())
                    .add(waiting);
            size++;
            return shed;
        } finally {
            lock.unlock();
        }
    }

    private Waiting shed() {
        ArrayDeque<Waiting> longest = null;
        for (ArrayDeque<Waiting> queue : byPoint.values()) {
            if (longest == null || queue.size() > longest.size()) {
                longest = queue;
            }
        }
        size--;
        Waiting oldest = longest.remove();
        if (longest.isEmpty()) {
            byPoint.remove(oldest.point());
        }
        return oldest;
    }

    /** Takes the next one out. */
    Optional<Waiting> take() {
        lock.lock();
        try {
            if (size == 0) {
                return Optional.empty();
            }
            Map.Entry<ServicePoint, ArrayDeque<Waiting>> first =
                    byPoint.entrySet().iterator().next();
            ServicePoint point = first.getKey();
            ArrayDeque<Waiting> queue = first.getValue();
            byPoint.remove(point);
            size--;
            Waiting taken = queue.remove();
            if (!queue.isEmpty()) {
                byPoint.put(point, queue); // its next turn comes after all others'
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
            byPoint.clear();
            size = 0;
        } finally {
            lock.unlock();
        }
    }
}
