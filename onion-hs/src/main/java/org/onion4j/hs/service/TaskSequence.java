package org.onion4j.hs.service;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Scheduler;

/**
 * Runs what concerns one service, one task after the other, on threads of an executor: what only its tasks touch needs
 * no lock. A task that fails, for want of memory too, is said to be a bug of ours, and the next one runs. If the executor
 * can't take tasks, they wait until it can: a service that loses one may wait for it for good. Any thread may hand tasks
 * in, and none is told of any of this.
 */
final class TaskSequence {
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final Executor executor;
    private final Scheduler scheduler;
    private final SparingLog bugs;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger left = new AtomicInteger(); // tasks that have not ended

    TaskSequence(Executor executor, Scheduler scheduler, SparingLog bugs) {
        this.executor = executor;
        this.scheduler = scheduler;
        this.bugs = bugs;
    }

    /** Runs a task after those that were handed in before. */
    void run(Runnable task) {
        tasks.add(task);
        if (left.getAndIncrement() == 0) {
            begin();
        }
    }

    private void begin() {
        try {
            executor.execute(this::runAll);
        } catch (RuntimeException | Error e) {
            scheduler.schedule(this::begin, TRY_AGAIN);
            bugs.error("an onion service can't work now", e);
        }
    }

    private void runAll() {
        do {
            try {
                tasks.remove().run();
            } catch (RuntimeException | Error e) {
                bugs.error("an onion service failed at something", e);
            }
        } while (left.decrementAndGet() > 0);
    }
}
