package org.onion4j.api.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.runtime.Scheduler;

/** Runs tasks when a test moves the time on, on the test's thread. Any thread may schedule. */
public final class ManualScheduler implements Scheduler {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final List<Task> tasks = new ArrayList<>();
    private Duration now = Duration.ZERO;

    private static final class Task implements Cancellable {
        private final Runnable action;
        private final Duration at;
        private final ManualScheduler owner;

        Task(Runnable action, Duration at, ManualScheduler owner) {
            this.action = action;
            this.at = at;
            this.owner = owner;
        }

        Duration at() {
            return at;
        }

        @Override
        public void cancel() {
            owner.remove(this);
        }
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        lock.lock();
        try {
            Task added = new Task(task, now.plus(delay), this);
            tasks.add(added);
            this.added.signalAll();
            return added;
        } finally {
            lock.unlock();
        }
    }

    private void remove(Task task) {
        lock.lock();
        try {
            tasks.remove(task);
        } finally {
            lock.unlock();
        }
    }

    /** Moves the time on and runs what is due, in its order. */
    public void advance(Duration by) {
        Duration until;
        lock.lock();
        try {
            until = now.plus(by);
        } finally {
            lock.unlock();
        }
        while (true) {
            Task next;
            lock.lock();
            try {
                next = tasks.stream()
                        .filter(task -> task.at().compareTo(until) <= 0)
                        .min(Comparator.comparing(Task::at))
                        .orElse(null);
                if (next == null) {
                    now = until;
                    return;
                }
                now = next.at();
                tasks.remove(next);
            } finally {
                lock.unlock();
            }
            next.action.run();
        }
    }

    /** How many tasks wait for their time. */
    public int size() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until so many tasks wait for their time. */
    public void awaitSize(int size) throws InterruptedException {
        lock.lock();
        try {
            long left = Duration.ofSeconds(10).toNanos();
            while (tasks.size() < size) {
                left = added.awaitNanos(left);
                if (left <= 0) {
                    throw new AssertionError("only " + tasks.size() + " tasks");
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
