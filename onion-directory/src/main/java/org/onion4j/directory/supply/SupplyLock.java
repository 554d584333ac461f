package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.onion4j.circuit.log.SparingLog;
import org.slf4j.LoggerFactory;

/**
 * The lock of a {@link CircuitSupply}, with what is to be done once it has been released: whatever tells others
 * something, or may take long. Any thread.
 */
final class SupplyLock {
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();
    private final SparingLog bugs;

    /** @param ticker tells how often what fails has been logged lately */
    SupplyLock(Ticker ticker) {
        this.bugs = new SparingLog(LoggerFactory.getLogger(SupplyLock.class), ticker);
    }

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
            tasks.forEach(this::runLogged);
        }
    }

    /** Under the lock: does something once this thread has released it, in the order of these calls. */
    void afterwards(Runnable task) {
        checkHeld();
        afterwards.add(task);
    }

    private void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            bugs.error("a task of the circuit supply failed", e); // the others must be done
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
