package org.onion4j.testnet.client;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.runtime.OwnedScheduler;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.TimeParticipant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scheduler of one client, by the network's time. Tasks due at the same moment run in the order in which they were
 * given.
 *
 * <p>Threading: any thread; one thread of its own runs the tasks, started at the first one. The lock guards all fields and
 * is not held while a task runs.
 */
final class ClientScheduler implements OwnedScheduler, TimeParticipant {
    private static final Logger log = LoggerFactory.getLogger(ClientScheduler.class);

    private final NetworkTime time;
    private final ThreadFactory threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private long given; // timers so far
    private boolean started;
    private boolean running; // a task, right now
    private boolean closed;

    ClientScheduler(NetworkTime time, ThreadFactory threads) {
        this.time = time;
        this.threads = threads;
        time.register(this);
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        lock.lock();
        try {
            if (closed) {
                return () -> {};
            }
            Timer timer = new Timer(task, time.nanos() + Math.max(0, delay.toNanos()), given++);
            timers.add(timer);
            time.noteActivity();
            if (!started) {
                started = true;
                threads.newThread(this::run).start();
            }
            if (timers.peek() == timer) {
                changed.signal();
            }
            return () -> cancel(timer);
        } finally {
            lock.unlock();
        }
    }

    private void cancel(Timer timer) {
        lock.lock();
        try {
            timers.remove(timer);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Timer next = next();
        while (next != null) {
            try {
                next.task.run();
            } catch (RuntimeException | Error e) {
                log.error("a scheduled task failed", e); // the other tasks must still run
            }
            next = next();
        }
    }

    /** The next timer that is due, after waiting for it; null at the end. */
    private Timer next() {
        lock.lock();
        try {
            running = false;
            while (!closed) {
                Timer first = timers.peek();
                long left = first == null ? Long.MAX_VALUE : first.dueNanos - time.nanos();
                if (left <= 0) {
                    running = true;
                    time.noteActivity();
                    return timers.poll();
                }
                try {
                    if (time.isManual() || left == Long.MAX_VALUE) {
                        changed.await();
                    } else {
                        left = changed.awaitNanos(left); // how much is left is asked of the network's time
                    }
                } catch (InterruptedException e) {
                    log.debug("the scheduler's thread was interrupted, which ends nothing", e);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public OptionalLong nextDeadlineNanos() {
        lock.lock();
        try {
            return timers.isEmpty() ? OptionalLong.empty() : OptionalLong.of(timers.peek().dueNanos);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isIdle() {
        lock.lock();
        try {
            return !running && (timers.isEmpty() || timers.peek().dueNanos > time.nanos());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void timeMoved() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            timers.clear();
            changed.signal();
        } finally {
            lock.unlock();
        }
        time.unregister(this);
    }

    /** Compared by identity, ordered by time. */
    private static final class Timer implements Comparable<Timer> {
        private final Runnable task;
        private final long dueNanos;
        private final long number;

        Timer(Runnable task, long dueNanos, long number) {
            this.task = task;
            this.dueNanos = dueNanos;
            this.number = number;
        }

        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }
}
