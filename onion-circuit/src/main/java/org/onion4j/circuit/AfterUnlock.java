package org.onion4j.circuit;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.log.SparingLog;

/**
 * Tells others what happened under a lock, once it has been released. One thread tells at a time, so that the order of
 * events is the order in which they happened: nobody hears of a circuit's new hop after the end of the circuit. A thread
 * that releases the lock meanwhile leaves what it has to tell to that one.
 *
 * <p>Threading: guarded by the lock, which any thread may hold.
 */
final class AfterUnlock {
    private final ReentrantLock lock;
    private final SparingLog bugs;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean telling;

    /** @param bugs hears of those whom it tells and who fail */
    AfterUnlock(ReentrantLock lock, SparingLog bugs) {
        this.lock = lock;
        this.bugs = bugs;
    }

    /** Under the lock: runs something once the lock has been released. It must not block. */
    void add(Runnable task) {
        tasks.add(task);
    }

    /** Releases the lock; at the last release runs what waited for it, each for itself. */
    void unlock() {
        if (lock.getHoldCount() > 1 || telling || tasks.isEmpty()) {
            lock.unlock();
            return;
        }
        telling = true;
        try {
            while (!tasks.isEmpty()) {
                runUnlocked(tasks.remove());
            }
        } finally {
            telling = false;
            lock.unlock();
        }
    }

    private void runUnlocked(Runnable task) {
        lock.unlock();
        try {
            task.run();
        } catch (RuntimeException | Error e) { // what waits behind it is for others
            bugs.error("a listener failed", e);
        } finally {
            lock.lock();
        }
    }
}
