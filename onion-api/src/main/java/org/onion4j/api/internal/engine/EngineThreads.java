package org.onion4j.api.internal.engine;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all threads of one client, all of them daemons with a name of their kind, and knows when the last one has ended.
 * A system may have no thread left to give, for as long as somebody else has them all: workers then do with those that
 * there are, and what they were given waits. Any thread may call.
 */
final class EngineThreads implements ThreadFactory {
    private static final Logger log = LoggerFactory.getLogger(EngineThreads.class);
    private static final int MAX_WORKERS = 8;
    private static final Duration WORKER_IDLE_TIME = Duration.ofSeconds(2);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);
    /** More than there are of use. */
    private static final int MANY = 1000;

    private final SparingLog bugs = new SparingLog(log, Ticker.systemTicker());
    private final AtomicInteger made = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final String name;
    private final Consumer<Runnable> starter;

    EngineThreads(String name) {
        this(name, Runnable::run);
    }

    /** @param starter runs what starts a thread, unless there is none to be had */
    EngineThreads(String name, Consumer<Runnable> starter) {
        this.name = name;
        this.starter = starter;
    }

    /**
     * Is known from its making until somebody sees that it has ended. Pools of newer JDKs don't call {@code start} to start
     * it, so nothing may depend on that.
     */
    private final class EngineThread extends Thread {
        EngineThread(Runnable task) {
            super(task, name + "-" + made.incrementAndGet());
        }

        @Override
        public void run() {
            threads.add(this); // again, if it was taken for one that never starts
            super.run();
        }

        @Override
        public synchronized void start() { // as the original
            boolean started = false;
            try {
                starter.accept(super::start);
                started = true;
            } finally {
                if (!started) {
                    threads.remove(this);
                }
            }
        }
    }

    @Override
    public Thread newThread(Runnable task) {
        // None takes itself out: it would be gone from here before it has ended, and nobody would wait for that.
        threads.removeIf(one -> one.getState() == Thread.State.TERMINATED);
        if (threads.size() > MANY) {
            threads.removeIf(one -> one.getState() == Thread.State.NEW); // the system had no thread left for them
        }
        Thread thread = new EngineThread(task);
        threads.add(thread);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((t, e) -> onBug(e));
        return thread;
    }

    /** Says that one of our tasks has failed. */
    void onBug(Throwable failure) {
        bugs.error("a thread of the client failed", failure);
    }

    /**
     * A pool for work that computes or waits for the network. A thread is added only if none is idle, up to a limit; its
     * threads end when there is no work for a moment. Where no thread is to be had, work waits for those that there are, or
     * until there is one again.
     *
     * @param later looks whether there is
     */
    ExecutorService newWorkers(Scheduler later) {
        return new Workers(this, later);
    }

    private static final class Workers extends ThreadPoolExecutor {
        private final Scheduler later;

        Workers(ThreadFactory threads, Scheduler later) {
            super(1, MAX_WORKERS, WORKER_IDLE_TIME.toNanos(), TimeUnit.NANOSECONDS, new HandingQueue(), threads);
            this.later = later;
            setRejectedExecutionHandler((task, full) -> keep(task));
            allowCoreThreadTimeOut(true);
        }

        @Override
        public void execute(Runnable task) {
            try {
                super.execute(task);
            } catch (OutOfMemoryError e) { // what the JVM throws if the system has no thread left
                keep(task);
            }
        }

        /** Holds a task for which no thread is free, and may be no further one. */
        private void keep(Runnable task) {
            if (isShutdown()) {
                throw new RejectedExecutionException("the client is being closed");
            }
            ((HandingQueue) getQueue()).hold(task);
            startOne(); // if all have ended meanwhile, after having found nothing
            if (isShutdown() && remove(task)) {
                throw new RejectedExecutionException("the client is being closed");
            }
        }

        private void startOne() {
            try {
                prestartCoreThread();
            } catch (OutOfMemoryError e) {
                later.schedule(this::startOneIfNeeded, TRY_AGAIN);
            }
        }

        private void startOneIfNeeded() {
            if (!getQueue().isEmpty()) {
                startOne();
            }
        }
    }

    /** Takes work at once only where a thread waits for it: else the pool would never grow. */
    static final class HandingQueue extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }

        /** Keeps it until a thread is free. Not {@code put}, which on some JDKs is the same as our {@code offer}. */
        void hold(Runnable task) {
            super.offer(task);
        }
    }

    /** Waits until a pool that was shut down and all threads but the calling one have ended, for the given time each. */
    void join(ExecutorService pool, Duration limit) {
        // The pool knows of threads that it is just about to start, too.
        if (!Uninterruptibles.awaitTerminationUninterruptibly(pool, limit.toNanos(), TimeUnit.NANOSECONDS)) {
            log.debug("work goes on after the client was closed");
        }
        join(limit);
    }

    private void join(Duration limit) {
        long until = System.nanoTime() + limit.toNanos();
        for (Thread thread : threads) {
            long left = until - System.nanoTime();
            if (thread != Thread.currentThread() && left > 0) {
                Uninterruptibles.joinUninterruptibly(thread, left, TimeUnit.NANOSECONDS);
            }
        }
    }
}
