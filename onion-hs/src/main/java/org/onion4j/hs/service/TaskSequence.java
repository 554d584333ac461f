package org.onion4j.hs.service;

import com.google.common.util.concurrent.MoreExecutors;
import java.util.concurrent.Executor;
import org.onion4j.circuit.log.SparingLog;

/**
 * Runs what concerns one service, one task after the other, on threads of an executor: what only its tasks touch needs
 * no lock. A task that fails is said to be a bug of ours, and the next one runs. Any thread may hand tasks in.
 */
final class TaskSequence {
    private final Executor oneByOne;
    private final SparingLog bugs;

    TaskSequence(Executor executor, SparingLog bugs) {
        this.oneByOne = MoreExecutors.newSequentialExecutor(executor);
        this.bugs = bugs;
    }

    /** Runs a task after those that were handed in before. */
    void run(Runnable task) {
        oneByOne.execute(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                bugs.error("an onion service failed at something", e);
            }
        });
    }
}
