package org.onion4j.testnet.relay;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.loop.NetworkTime;

/** A loop whose tasks run when a test says so, on the test's thread. */
final class ManualLoop implements Loop {
    private static final int MAX_TASKS = 10_000_000;

    private final NetworkTime time = NetworkTime.manual(Instant.parse("2026-01-01T00:00:00Z"));
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private long timerCount;

    private record Timer(long atNanos, long number, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    @Override
    public void execute(Runnable task) {
        tasks.addLast(task);
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        Timer timer = new Timer(time.nanos() + delay.toNanos(), ++timerCount, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public NetworkTime time() {
        return time;
    }

    /** Runs what is there and what that leads to. */
    void run() {
        for (int i = 0; i < MAX_TASKS; i++) {
            Runnable task = tasks.pollFirst();
            if (task == null) {
                return;
            }
            task.run();
        }
        throw new AssertionError("it does not come to rest");
    }

    /** Lets time pass and runs what is due. */
    void pass(Duration duration) {
        time.advance(duration);
        while (!timers.isEmpty() && timers.peek().atNanos() <= time.nanos()) {
            timers.poll().task().run();
            run();
        }
    }
}
