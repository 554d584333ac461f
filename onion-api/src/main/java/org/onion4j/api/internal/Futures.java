package org.onion4j.api.internal;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Small steps with futures. */
public final class Futures {
    private Futures() {}

    /** Calls the action when the future is done, with its value or what it failed with. The action must not throw. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing depends on the action
    public static <T> void whenDone(CompletableFuture<T> future, BiConsumer<? super T, ? super Throwable> action) {
        future.whenComplete(action);
    }

    /** Calls the action if and when the future gets a value. */
    public static <T> void whenSucceeded(CompletableFuture<T> future, Consumer<? super T> action) {
        whenDone(future, (value, failure) -> {
            if (failure == null) {
                action.accept(value);
            }
        });
    }
}
