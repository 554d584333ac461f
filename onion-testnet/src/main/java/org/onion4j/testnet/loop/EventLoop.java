package org.onion4j.testnet.loop;

import static com.google.common.base.Preconditions.checkNotNull;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link Loop} with a thread of its own, a daemon, from {@link #start} to {@link #close}.
 *
 * <p>Threading: any thread may call. {@code timers} is guarded by {@code lock}; tasks run without it.
 */
public class EventLoop implements Loop, TimeParticipant, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EventLoop.class);
    /** How long those who close it wait for the task that runs, before they interrupt it and again afterwards. */
    private static final Duration JOIN_LIMIT = Duration.ofSeconds(1);

    private final NetworkTime time;
    private final Waiting waiting;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeSet<Timer> timers = new TreeSet<>();
    private final AtomicLong made = new AtomicLong(); // timers, to keep those of one moment in order
    private final Queue<Runnable> lastTasks = new ConcurrentLinkedQueue<>();
    private final Duration joinLimit;

    private volatile boolean idle; // the thread waits or is about to; false while it looks for work and while it works
    private volatile boolean closed;

    /** A loop for networks in memory: it uses nothing but its thread. */
    public static EventLoop start(String name, NetworkTime time) {
        EventLoop loop = new EventLoop(name, time, new Waiting.Parked());
        loop.begin();
        return loop;
    }

    EventLoop(String name, NetworkTime time, Waiting waiting) {
        this(name, time, waiting, JOIN_LIMIT);
    }

    /** @param joinLimit of real time, for which a task that runs is waited for at the end, twice */
    EventLoop(String name, NetworkTime time, Waiting waiting, Duration joinLimit) {
        this.time = time;
        this.waiting = waiting;
        this.joinLimit = joinLimit;
        this.thread = new LoopThread(this, name);
        thread.setDaemon(true);
    }

    private static final class LoopThread extends Thread {
        private final EventLoop loop;

        LoopThread(EventLoop loop, String name) {
            super(loop::run, name);
            this.loop = loop;
        }
    }

    /** The loop whose thread is calling. */
    static Optional<EventLoop> current() {
        return Thread.currentThread() instanceof LoopThread thread ? Optional.of(thread.loop) : Optional.empty();
    }

    final void begin() {
        time.register(this);
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        checkNotNull(task, "task");
        if (closed) {
            return;
        }
        tasks.add(task);
        time.noteActivity();
        if (!inLoop()) {
            waiting.wake(thread);
        }
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        checkNotNull(task, "task");
        long due = time.nanos() + Math.max(0, delay.toNanos());
        Timer timer = new Timer(due, made.getAndIncrement(), task);
        boolean first;
        lock.lock();
        try {
            if (closed) {
                return () -> {};
            }
            timers.add(timer);
            first = timers.first().equals(timer);
        } finally {
            lock.unlock();
        }
        time.noteActivity();
        if (first && !inLoop()) {
            waiting.wake(thread);
        }
        return () -> cancel(timer);
    }

    private void cancel(Timer timer) {
        lock.lock();
        try {
            timers.remove(timer);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    @Override
    public NetworkTime time() {
        return time;
    }

    @Override
    public OptionalLong nextDeadlineNanos() {
        lock.lock();
        try {
            return timers.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(timers.first().due());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isIdle() {
        return closed || (idle && tasks.isEmpty() && !isTimerDue() && idle);
    }

    private boolean isTimerDue() {
        OptionalLong next = nextDeadlineNanos();
        return next.isPresent() && next.getAsLong() <= time.nanos();
    }

    @Override
    public void timeMoved() {
        waiting.wake(thread);
    }

    private void run() {
        try {
            while (!closed) {
                idle = false;
                runTimers();
                runTasks();
                idle = true;
                waiting.await(tasks.isEmpty() && !closed ? nanosToNextTimer() : 0);
            }
        } catch (RuntimeException | Error e) {
            log.error("a loop of the test network has ended", e); // a bug of ours: tasks are caught one by one
            throw e;
        } finally {
            closed = true;
            lastTasks.forEach(this::runLogged);
            idle = true;
            waiting.close();
        }
    }

    /** What the loop's thread is to do when the loop has been closed, after all else. Before that. */
    public void atEnd(Runnable task) {
        lastTasks.add(task);
    }

    /** Runs what is here now; what these tasks add comes in the next round, so that timers and sockets get their turn. */
    private void runTasks() {
        for (int left = tasks.size(); left > 0 && !closed; left--) {
            Runnable task = tasks.poll();
            if (task == null) {
                return;
            }
            runLogged(task);
        }
    }

    private void runTimers() {
        long now = time.nanos();
        while (!closed) {
            Timer timer;
            lock.lock();
            try {
                if (timers.isEmpty() || timers.first().due() > now) {
                    return;
                }
                timer = timers.pollFirst();
            } finally {
                lock.unlock();
            }
            runLogged(timer.task());
        }
    }

    /** Runs one piece of work, whatever it throws. On the loop's thread. */
    final void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            log.error("a task of the test network failed", e);
        }
    }

    /** Something has come in while the thread waited. On the loop's thread. */
    final void markBusy() {
        idle = false;
    }

    private long nanosToNextTimer() {
        OptionalLong next = nextDeadlineNanos();
        if (!next.isPresent()) {
            return Waiting.MAX_NANOS;
        }
        long left = Math.max(0, next.getAsLong() - time.nanos());
        // Where the time stands still, waiting for it is up to whoever moves it.
        return left > 0 && time.isManual() ? Waiting.MAX_NANOS : Math.min(left, Waiting.MAX_NANOS);
    }

    /** Drops all tasks and timers and lets the thread end, without waiting for it. Again: no effect. */
    public void end() {
        closed = true;
        time.unregister(this);
        lock.lock();
        try {
            timers.clear();
        } finally {
            lock.unlock();
        }
        waiting.wake(thread);
    }

    /**
     * Drops all tasks and timers and ends the thread; waits for it unless called by it. A task that goes on for a second is
     * interrupted; one that goes on all the same keeps the thread until it ends. Again: no effect.
     */
    @Override
    public void close() {
        end();
        if (!inLoop() && !join()) {
            log.debug("{} is interrupted: a task has not ended", thread.getName());
            thread.interrupt();
            if (!join()) {
                log.warn("{} goes on: a task has not ended", thread.getName());
            }
        }
        tasks.clear();
    }

    /** Waits a while for the thread, whoever is interrupted; whether it has ended. */
    private boolean join() {
        Uninterruptibles.joinUninterruptibly(thread, joinLimit.toMillis(), TimeUnit.MILLISECONDS);
        return !thread.isAlive();
    }

    @Override
    public String toString() {
        return thread.getName();
    }

    private record Timer(long due, long number, Runnable task) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int order = Long.compare(due, other.due);
            return order != 0 ? order : Long.compare(number, other.number);
        }
    }
}
