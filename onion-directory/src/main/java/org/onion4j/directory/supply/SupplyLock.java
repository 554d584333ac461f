package org.onion4j.directory.supply;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.onion4j.directory.log.CauseOutline;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock of a {@link CircuitSupply}, with what is to be done once it has been released: whatever tells others
 * something, or may take long. Any thread.
 */
final class SupplyLock {
    private static final Logger log = LoggerFactory.getLogger(SupplyLock.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();

    /** Does something under the lock. It may do so within itself. */
    void run(Runnable body) {
        get(() -> {
            body.run();
            return null;
        });
    }

    /** Looks something up under the lock. */
    <T> T get(Supplier<T> body) {
        List<Runnable> tasks = new ArrayList<>();
        lock.lock();
        try {
            return body.get();
        } finally {
            if (lock.getHoldCount() == 1) {
                tasks.addAll(afterwards);
                afterwards.clear();
            }
            lock.unlock();
            tasks.forEach(SupplyLock::runLogged);
        }
    }

    /** Under the lock: does something once this thread has released it, in the order of these calls. */
    void afterwards(Runnable task) {
        checkHeld();
        afterwards.add(task);
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.error("a task of the circuit supply failed", CauseOutline.of(e)); // a bug; the others must be done
            log.debug("in full", e);
        }
    }

    boolean isHeld() {
        return lock.isHeldByCurrentThread();
    }

    /** For what must only be called under the lock. */
    void checkHeld() {
        assert isHeld() : "called without the lock";
    }
}
