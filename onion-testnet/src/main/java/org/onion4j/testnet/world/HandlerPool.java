package org.onion4j.testnet.world;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads on which destinations serve: made when they are needed, gone when they are not. Any thread. */
final class HandlerPool implements AutoCloseable {
    private static final Duration IDLE_TIME = Duration.ofSeconds(1);
    private static final Duration END_TIME = Duration.ofSeconds(5);

    private final AtomicInteger made = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor executor;

    /** @param limit of threads; what comes when all are at work is refused */
    HandlerPool(int limit) {
        executor = new ThreadPoolExecutor(
                0, limit, IDLE_TIME.toMillis(), TimeUnit.MILLISECONDS, new SynchronousQueue<>(), this::newThread);
    }

    private Thread newThread(Runnable task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } finally {
                        threads.remove(Thread.currentThread());
                    }
                },
                "onion4j-testnet-handler-" + made.incrementAndGet());
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    /** Runs it; false if there are too many at work, or after the end. */
    boolean execute(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Interrupts what runs and waits a moment for it to end. */
    @Override
    public void close() {
        executor.shutdownNow();
        long until = System.nanoTime() + END_TIME.toNanos();
        boolean interrupted = false;
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            while (left > 0 && thread.isAlive() && thread != Thread.currentThread()) {
                try {
                    thread.join(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
