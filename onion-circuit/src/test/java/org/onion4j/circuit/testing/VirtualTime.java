package org.onion4j.circuit.testing;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.testing.AskedClock;

/**
 * Time that a test moves: a wall clock, a monotonic one, and a scheduler whose tasks run, on the test's thread, when it
 * moves the time to theirs. Any thread may schedule and look at the clocks.
 */
public final class VirtualTime implements Scheduler {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Task> tasks = new ArrayList<>();
    private final Instant start;
    private long ticks = 1_000_000_000L;
    private long numbers;

    private record Task(Runnable action, long due, long number) {}

    /** Begins at the real time, so that certificates of {@link RelayKeys} are good. */
    public VirtualTime() {
        start = Instant.now();
    }

    public Ticker ticker() {
        return new Ticker() {
            @Override
            public long read() {
                lock.lock();
                try {
                    return ticks;
                } finally {
                    lock.unlock();
                }
            }
        };
    }

    public Clock clock() {
        return new AskedClock(() -> start.plusNanos(ticker().read()));
    }

    @Override
    public Cancellable schedule(Runnable action, Duration delay) {
        lock.lock();
        try {
            Task task = new Task(action, ticks + Math.max(0, delay.toNanos()), numbers++);
            tasks.add(task);
            changed.signalAll();
            return () -> remove(task);
        } finally {
            lock.unlock();
        }
    }

    private void remove(Task task) {
        lock.lock();
        try {
            tasks.remove(task);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Moves the time on; what falls due meanwhile runs at its time, in order. */
    public void advance(Duration by) {
        long end = ticker().read() + by.toNanos();
        while (true) {
            Task next;
            lock.lock();
            try {
                next = tasks.stream()
                        .filter(task -> task.due() <= end)
                        .min(Comparator.comparingLong(Task::due).thenComparingLong(Task::number))
                        .orElse(null);
                if (next == null) {
                    ticks = end;
                    return;
                }
                tasks.remove(next);
                ticks = Math.max(ticks, next.due());
            } finally {
                lock.unlock();
            }
            next.action().run();
        }
    }

    /** How many tasks wait for their time. */
    public int timers() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until exactly so many tasks wait for their time; if that doesn't come, the test fails. */
    public void awaitTimers(int count) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(ScriptedRelay.PATIENCE_SECONDS);
            while (tasks.size() != count) {
                left = changed.awaitNanos(left);
                if (left <= 0) {
                    throw new AssertionError(tasks.size() + " tasks wait, not " + count);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
