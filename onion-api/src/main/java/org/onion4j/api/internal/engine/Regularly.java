package org.onion4j.api.internal.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.onion4j.api.internal.Futures;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;

/** Runs a task again and again, also after it has failed, until a future is done. The task runs on the scheduler. */
final class Regularly {
    private final Scheduler scheduler;
    private final Duration pause;
    private final Runnable task;
    private final CompletableFuture<?> end;
    private final AtomicReference<Cancellable> next = new AtomicReference<>(() -> {});

    private Regularly(Scheduler scheduler, Duration pause, Runnable task, CompletableFuture<?> end) {
        this.scheduler = scheduler;
        this.pause = pause;
        this.task = task;
        this.end = end;
    }

    /** Begins, after the first pause. */
    static void run(Scheduler scheduler, Duration pause, Runnable task, CompletableFuture<?> end) {
        Regularly regularly = new Regularly(scheduler, pause, task, end);
        Futures.whenDone(end, (value, failure) -> regularly.next.get().cancel()); // once: it is kept until then
        regularly.schedule();
    }

    private void schedule() {
        Cancellable timer = scheduler.schedule(this::runOnce, pause);
        next.set(timer);
        if (end.isDone()) {
            timer.cancel();
        }
    }

    private void runOnce() {
        if (end.isDone()) {
            return;
        }
        schedule();
        task.run();
    }
}
