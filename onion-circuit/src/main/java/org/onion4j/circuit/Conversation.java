package org.onion4j.circuit;

import static com.google.common.base.Preconditions.checkState;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;

/**
 * What the last hop of a circuit was asked, apart from streams and further hops, and who waits for the answers: one
 * question of a kind at a time. Also what it may say unasked, as an introduction point, and who hears of it.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class Conversation {
    private final AfterUnlock afterUnlock;
    private final Map<RelayCommand, Question> awaited = new HashMap<>();
    private final Map<RelayCommand, Consumer<RelayMessage>> heard = new HashMap<>();

    private record Question(CompletableFuture<RelayMessage> answer, Runnable then) {}

    Conversation(AfterUnlock afterUnlock) {
        this.afterUnlock = afterUnlock;
    }

    /**
     * An answer may come from now on, once.
     *
     * @param then runs when it comes, with the lock held
     */
    CompletableFuture<RelayMessage> await(RelayCommand answer, Runnable then) {
        checkState(!mayCome(answer), "%s is awaited already", answer);
        CompletableFuture<RelayMessage> future = new CompletableFuture<>();
        awaited.put(answer, new Question(future, then));
        return future;
    }

    /** Messages of that command may come from now on, any number of them; each is told after the lock's release. */
    void hear(RelayCommand command, Consumer<RelayMessage> listener) {
        heard.put(command, listener);
    }

    /** Whether the last hop may send this now. */
    boolean mayCome(RelayCommand command) {
        return awaited.containsKey(command) || heard.containsKey(command);
    }

    /** A message has come that might. */
    void onMessage(RelayMessage message) {
        Question question = awaited.remove(message.command());
        if (question == null) {
            Consumer<RelayMessage> listener = heard.get(message.command());
            afterUnlock.add(() -> listener.accept(message));
            return;
        }
        question.then().run();
        afterUnlock.add(() -> question.answer().complete(message));
    }

    /** The circuit is closed. */
    void fail(CircuitException why) {
        for (Question question : awaited.values()) {
            afterUnlock.add(() -> question.answer().completeExceptionally(why));
        }
        awaited.clear();
        heard.clear();
    }
}
