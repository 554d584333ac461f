package org.onion4j.api;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Hands an application's listener the newest progress, one call at a time, however slow the listener is: what it misses
 * in the meantime is left out. Either the thread that waits in {@link #runUntilEnd} calls it,
 * or an executor's.
 *
 * <p>Threading: any thread may {@link #offer}; the fields are guarded by the lock, which is not held while the listener
 * runs.
 */
final class ProgressRelay {
    private final Consumer<BootstrapProgress> listener;
    private final Optional<Executor> executor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private BootstrapProgress next;
    private BootstrapProgress last;
    private boolean running;
    private boolean ended;

    private ProgressRelay(Consumer<BootstrapProgress> listener, Optional<Executor> executor) {
        this.listener = listener;
        this.executor = executor;
    }

    /** The listener runs on the thread that waits in {@link #runUntilEnd}. */
    static ProgressRelay toWaitingThread(Consumer<BootstrapProgress> listener) {
        return new ProgressRelay(listener, Optional.empty());
    }

    /** The listener runs on the executor. */
    static ProgressRelay to(Executor executor, Consumer<BootstrapProgress> listener) {
        return new ProgressRelay(listener, Optional.of(executor));
    }

    /** Tells how things stand, unless progress has been told of already. */
    void start(BootstrapProgress progress) {
        boolean run;
        lock.lock();
        try {
            run = next == null && last == null && put(progress);
        } finally {
            lock.unlock();
        }
        if (run) {
            runOnExecutor();
        }
    }

    /** Tells of progress; what the listener has just been told is passed over. */
    void offer(BootstrapProgress progress) {
        boolean run;
        lock.lock();
        try {
            run = put(progress);
        } finally {
            lock.unlock();
        }
        if (run) {
            runOnExecutor();
        }
    }

    /** Under the lock. Returns true if nobody runs the listener by now. */
    private boolean put(BootstrapProgress progress) {
        next = progress;
        changed.signalAll();
        boolean run = !running;
        running = true;
        return run;
    }

    private void runOnExecutor() {
        executor.ifPresent(e -> e.execute(this::runWhileThereIsSome));
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
