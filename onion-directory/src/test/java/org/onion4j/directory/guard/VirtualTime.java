package org.onion4j.directory.guard;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.testing.AskedClock;

/**
 * Time that a test moves: a wall clock, a monotonic one, and what is due by the latter. As executor it runs tasks in
 * order within {@link #settle} and {@link #advance}. Not for more than one thread.
 */
public final class VirtualTime implements Scheduler, Executor {
    private final PriorityQueue<Task> timers =
            new PriorityQueue<>(Comparator.comparingLong((Task t) -> t.due).thenComparingLong(t -> t.number));
    private final Deque<Runnable> ready = new ArrayDeque<>();
    private Instant wall;
    private long ticks = 1_000_000_000L;
    private long numbers;

    public VirtualTime(Instant start) {
        this.wall = start;
    }

    public Clock clock() {
        return new AskedClock(() -> wall);
    }

    public Ticker ticker() {
        return new Ticker() {
            @Override
            public long read() {
                return ticks;
            }
        };
    }

    public Instant now() {
        return wall;
    }

    /** Nanoseconds of the monotonic clock. */
    public long ticks() {
        return ticks;
    }

    /** Both clocks go on; what falls due meanwhile runs at its time. */
    public void advance(Duration by) {
        settle();
        long end = ticks + by.toNanos();
        while (!timers.isEmpty() && timers.peek().due <= end) {
            Task next = timers.poll();
            moveTo(Math.max(ticks, next.due));
            if (!next.cancelled) {
                next.task.run();
            }
            settle();
        }
        moveTo(end);
    }

    private void moveTo(long newTicks) {
        wall = wall.plusNanos(newTicks - ticks);
        ticks = newTicks;
    }

    /** Sets the wall clock alone. */
    public void stepWall(Duration by) {
        wall = wall.plus(by);
    }

    /** Runs what was handed over to the executor, and what that hands over in turn. */
    public void settle() {
        while (!ready.isEmpty()) {
            ready.poll().run();
        }
    }

    /** How many timers are set. */
    public int timers() {
        return (int) timers.stream().filter(task -> !task.cancelled).count();
    }

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        Task timer = new Task(task, ticks + Math.max(0, delay.toNanos()), numbers++);
        timers.add(timer);
        return () -> timer.cancelled = true;
    }

    private static final class Task {
        private final Runnable task;
        private final long due;
        private final long number;
        private boolean cancelled;

        private Task(Runnable task, long due, long number) {
            this.task = task;
            this.due = due;
            this.number = number;
        }
    }
}
