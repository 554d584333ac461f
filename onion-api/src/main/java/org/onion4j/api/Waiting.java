package org.onion4j.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.onion4j.api.internal.ClientRequests;
import org.onion4j.api.internal.Futures;

/** Turns futures into blocking calls. */
final class Waiting {
    private Waiting() {}

    /**
     * The future's value. An interrupt cancels it.
     *
     * @param discard gets a value that came too late for the interrupted caller
     */
    static <T> T await(CompletableFuture<T> future, Consumer<T> discard) throws OnionException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw interrupted(future, discard, e);
        } catch (ExecutionException e) {
            throw ClientRequests.cause(e).again();
        }
    }

    static <T> OperationInterruptedException interrupted(
            CompletableFuture<T> future, Consumer<T> discard, InterruptedException cause) {
        Thread.currentThread().interrupt();
        if (!future.cancel(false)) {
            Futures.whenSucceeded(future, discard);
        }
        return new OperationInterruptedException("the thread was interrupted while it waited", cause);
    }
}
