package org.onion4j.circuit;

import static com.google.common.base.Preconditions.checkState;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;

/**
 * What the last hop of a circuit was asked, apart from streams and further hops, and who waits for the answers. One
 * question of a kind at a time.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class Conversation {
    private final AfterUnlock afterUnlock;
    private final Map<RelayCommand, CompletableFuture<RelayMessage>> awaited = new HashMap<>();

    Conversation(AfterUnlock afterUnlock) {
        this.afterUnlock = afterUnlock;
    }

    /** An answer may come from now on, once. */
    CompletableFuture<RelayMessage> await(RelayCommand answer) {
        checkState(!awaited.containsKey(answer), "%s is awaited already", answer);
        CompletableFuture<RelayMessage> future = new CompletableFuture<>();
        awaited.put(answer, future);
        return future;
    }

    boolean awaits(RelayCommand answer) {
        return awaited.containsKey(answer);
    }

    /** An answer that was awaited has come. */
    void onAnswer(RelayMessage message) {
        CompletableFuture<RelayMessage> future = awaited.remove(message.command());
        afterUnlock.add(() -> future.complete(message));
    }

    /** The circuit is closed. */
    void fail(CircuitException why) {
        for (CompletableFuture<RelayMessage> future : awaited.values()) {
            afterUnlock.add(() -> future.completeExceptionally(why));
        }
        awaited.clear();
    }
}
