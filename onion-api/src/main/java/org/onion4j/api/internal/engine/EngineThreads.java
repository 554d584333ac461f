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
import org.onion4j.circuit.log.SparingLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes all threads of one client, all of them daemons with a name of their kind, and knows when the last one has ended.
 * Any thread may call.
 */
final class EngineThreads implements ThreadFactory {
    private static final Logger log = LoggerFactory.getLogger(EngineThreads.class);
    private static final int MAX_WORKERS = 8;
    private static final Duration WORKER_IDLE_TIME = Duration.ofSeconds(2);

    private final SparingLog bugs = new SparingLog(log, Ticker.systemTicker());
    private final AtomicInteger made = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final String name;

    EngineThreads(String name) {
        this.name = name;
    }

    @Override
    public Thread newThread(Runnable task) {
        // None takes itself out: it would be gone from here before it has ended, and nobody would wait for that.
        threads.removeIf(one -> one.getState() == Thread.State.TERMINATED);
        Thread thread = new Thread(task, name + "-" + made.incrementAndGet());
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((t, e) -> bugs.error("a thread of the client failed", e));
        threads.add(thread);
        return thread;
    }

    /**
     * A pool for work that computes or waits for the network. A thread is added only if none is idle, up to a limit; its
     * threads end when there is no work for a moment.
     */
    ExecutorService newWorkers() {
        HandingQueue queue = new HandingQueue();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                1,
                MAX_WORKERS,
                WORKER_IDLE_TIME.toNanos(),
                TimeUnit.NANOSECONDS,
                queue,
                this,
                (task, full) -> queue.keep(task, full));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Takes work at once only where a thread waits for it: else the pool would never grow. */
    static final class HandingQueue extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }

        /** Holds a task for which the pool has no thread free, and may have no further one. */
        private void keep(Runnable task, ThreadPoolExecutor pool) {
            if (pool.isShutdown()) {
                throw new RejectedExecutionException("the client is being closed");
            }
            put(task);
            pool.prestartCoreThread(); // if all have ended meanwhile, after having found nothing
            if (pool.isShutdown() && remove(task)) {
                throw new RejectedExecutionException("the client is being closed");
            }
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
