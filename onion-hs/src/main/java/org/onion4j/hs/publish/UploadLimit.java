package org.onion4j.hs.publish;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets a few requests of all services together wait for their answers at a time: each has a thread of the executor, and
 * slow directories must not have them all. Any thread.
 */
public final class UploadLimit {
    /** Most requests at a time. */
    static final int MAX_REQUESTS = 3;

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by lock
    private int running; // guarded by lock

    /** Runs the task, now or when one before has called {@link #release}; then it must call that, too. */
    void run(Runnable task) {
        lock.lock();
        try {
            if (running >= MAX_REQUESTS) {
                waiting.add(task);
                return;
            }
            running++;
        } finally {
            lock.unlock();
        }
        task.run();
    }

    void release() {
        Optional<Runnable> next;
        lock.lock();
        try {
            next = Optional.ofNullable(waiting.poll());
            if (!next.isPresent()) {
                running--;
            }
        } finally {
            lock.unlock();
        }
        next.ifPresent(Runnable::run);
    }
}
