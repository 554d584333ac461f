package org.onion4j.api;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Hands an application's listener the newest progress, one call at a time, however slow the listener is: what it misses
 * in the meantime is left out. Either the thread that waits in {@link #runUntilEnd} calls it, or the executor.
 *
 * <p>Threading: any thread may {@link #offer}; the fields are guarded by the lock, which is not held while the listener
 * runs.
 */
final class ProgressRelay {
    private final Consumer<BootstrapProgress> listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private BootstrapProgress next;
    private BootstrapProgress last;
    private boolean running;
    private boolean ended;

    ProgressRelay(Consumer<BootstrapProgress> listener) {
        this.listener = listener;
    }

    /** Tells of progress; what the listener has just been told is passed over. */
    void offer(BootstrapProgress progress) {
        lock.lock();
        try {
            next = progress;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Tells of progress, and has the executor run the listener. */
    void offer(BootstrapProgress progress, Executor executor) {
        boolean start;
        lock.lock();
        try {
            next = progress;
            start = !running;
            running = true;
        } finally {
            lock.unlock();
        }
        if (start) {
            executor.execute(this::runWhileThereIsSome);
        }
    }

    /** Lets {@link #runUntilEnd} return when the listener knows all that has been offered. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Calls the listener on this thread until {@link #end}. What the listener throws comes out here. */
    void runUntilEnd() throws InterruptedException {
        while (true) {
            BootstrapProgress progress;
            lock.lock();
            try {
                while (!hasNew() && !ended) {
                    changed.await();
                }
                if (!hasNew()) {
                    return;
                }
                progress = take();
            } finally {
                lock.unlock();
            }
            listener.accept(progress);
        }
    }

    private void runWhileThereIsSome() {
        while (true) {
            BootstrapProgress progress;
            lock.lock();
            try {
                if (!hasNew()) {
                    running = false;
                    return;
                }
                progress = take();
            } finally {
                lock.unlock();
            }
            boolean done = false;
            try {
                listener.accept(progress);
                done = true;
            } finally {
                if (!done) {
                    goOnAfterFailure();
                }
            }
        }
    }

    /** A listener that throws is called again at the next progress. */
    private void goOnAfterFailure() {
        lock.lock();
        try {
            running = false;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasNew() {
        return next != null && !next.equals(last);
    }

    private BootstrapProgress take() {
        last = next;
        next = null;
        return last;
    }
}
