package org.onion4j.hs.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.directory.supply.InternalCircuit;

/** Small things about futures. Any thread. */
final class Futures {
    private Futures() {}

    /** What a stage failed with. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Cancels a future unless it is done in time. */
    static void limit(CompletableFuture<?> future, Duration limit, Scheduler scheduler) {
        Cancellable timer = scheduler.schedule(() -> future.cancel(false), limit);
        future.whenComplete((value, failure) -> timer.cancel());
    }

    /** Gives up a circuit in the making; or closes it, if it is made after all. */
    static void abandon(CompletableFuture<InternalCircuit> circuit) {
        circuit.cancel(false);
        circuit.whenComplete((built, failure) -> {
            if (failure == null) {
                built.close();
            }
        });
    }
}
