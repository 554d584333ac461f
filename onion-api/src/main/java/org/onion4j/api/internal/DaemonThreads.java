package org.onion4j.api.internal;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes numbered daemon threads and waits for their ends: an executor counts a thread as gone a moment before it is. Any
 * thread may call.
 */
public final class DaemonThreads implements ThreadFactory {
    private final String prefix;
    private final AtomicInteger number = new AtomicInteger();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /** Threads named by the prefix and a number from 1. */
    public DaemonThreads(String prefix) {
        this.prefix = prefix;
    }

    @Override
    public Thread newThread(Runnable task) {
        threads.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
        Thread thread = new Thread(task, prefix + number.incrementAndGet());
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    /** Whether the calling thread is one of these. */
    public boolean isCaller() {
        return threads.contains(Thread.currentThread());
    }

    /**
     * Waits for all of them to end. An interrupt does not shorten the wait, since whoever is interrupted closes what they
     * have like anybody else; it is kept for later.
     *
     * @return false if some have not ended by then
     */
    public boolean join(Duration timeout) {
        long until = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        boolean allEnded = true;
        for (Thread thread : threads) {
            while (thread.isAlive() && System.nanoTime() - until < 0) {
                try {
                    thread.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            allEnded &= !thread.isAlive();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return allEnded;
    }
}
