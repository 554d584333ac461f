package org.onion4j.directory.fetch;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.testing.AskedClock;

/**
 * Clock, ticker, scheduler and executor in one, moved by the test: nothing runs but inside of {@link #run}, and time
 * passes only there. Tasks of the executor have threads of their own, of which one at a time runs, in an order that is
 * always the same; where one would block it calls {@link #sleep}, and others run meanwhile.
 */
final class FakeRuntime implements Scheduler, Executor {
    private record Timer(long atNanos, long number) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int order = Long.compare(atNanos, other.atNanos);
            return order != 0 ? order : Long.compare(number, other.number);
        }
    }

    private final TreeMap<Timer, Runnable> timers = new TreeMap<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Semaphore ours = new Semaphore(0); // the turn of the thread that calls run()
    private Baton current;
    private Instant wall;
    private long nanos = 1_000_000_000_000L;
    private long count;

    FakeRuntime(Instant start) {
        this.wall = start;
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        Timer timer = new Timer(nanos + Math.max(0, delay.toNanos()), count++);
        timers.put(timer, task);
        return () -> timers.remove(timer);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    Instant now() {
        return wall;
    }

    /** Sets the wall clock, as a user would; monotonic time goes on. */
    void setClock(Instant value) {
        wall = value;
    }

    Ticker ticker() {
        return new Ticker() {
            @Override
            public long read() {
                return nanos;
            }
        };
    }

    Clock clock() {
        return new AskedClock(() -> wall);
    }

    /** Lets time pass, and all that is due happen. */
    void run(Duration duration) {
        long until = nanos + duration.toNanos();
        runTasks();
        while (!timers.isEmpty() && timers.firstKey().atNanos <= until) {
            Timer timer = timers.firstKey();
            moveTo(Math.max(nanos, timer.atNanos));
            timers.remove(timer).run();
            runTasks();
        }
        moveTo(Math.max(nanos, until));
    }

    /** For tasks of the executor: lets time pass for this task. */
    void sleep(Duration duration) {
        Baton mine = current;
        schedule(() -> giveTo(mine), duration);
        ours.release();
        mine.turn.acquireUninterruptibly();
    }

    /** The right of a task's thread to run. */
    private static final class Baton {
        private final Semaphore turn = new Semaphore(0);
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            Runnable task = tasks.remove();
            Baton baton = new Baton();
            Thread thread = new Thread(() -> {
                baton.turn.acquireUninterruptibly();
                try {
                    task.run();
                } finally {
                    ours.release();
                }
            });
            thread.setDaemon(true); // a test may end before what it started
            thread.start();
            giveTo(baton);
        }
    }

    /** Lets a task's thread run until it sleeps or ends. */
    private void giveTo(Baton baton) {
        current = baton;
        baton.turn.release();
        ours.acquireUninterruptibly();
    }

    private void moveTo(long value) {
        wall = wall.plusNanos(value - nanos);
        nanos = value;
    }
}
