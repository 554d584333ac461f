package org.onion4j.hs.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;

/** Small things about futures. Any thread. */
final class Futures {
    private Futures() {}

    /** What a stage failed with. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    static <T> CompletableFuture<T> failed(Throwable cause) {
        CompletableFuture<T> failed = new CompletableFuture<>();
        failed.completeExceptionally(cause);
        return failed;
    }

    /** Lets the part end with the whole, however that ends. */
    static void endWith(CompletableFuture<?> whole, CompletableFuture<?> part) {
        whole.whenComplete((value, failure) -> part.cancel(false));
    }

    /** Cancels a future unless it is done in time. */
    static void limit(CompletableFuture<?> future, Duration limit, Scheduler scheduler) {
        Cancellable timer = scheduler.schedule(() -> future.cancel(false), limit);
        future.whenComplete((value, failure) -> timer.cancel());
    }
}
