package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.onion4j.testnet.loop.EventLoop;

/**
 * Calls from outside to what lives on a loop. Interrupts don't end the wait for an answer, since loops answer soon; they
 * stay pending.
 *
 * <p>Threading: any thread but those of loops, which would wait for themselves or for each other.
 */
final class LoopCalls {
    private final EventLoop loop;
    private final Duration limit;
    private final Set<Call<?>> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Calls to a loop.
     *
     * @param limit of real time, for which an answer is waited for
     */
    LoopCalls(EventLoop loop, Duration limit) {
        this.loop = loop;
        this.limit = limit;
    }

    /** The answer to one call. Any thread. */
    static final class Call<T> {
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        /** The answer, once it is there; empty if the loop has been closed first, or not within the time. */
        Optional<T> within(Duration time) {
            try {
                return Optional.of(Uninterruptibles.getUninterruptibly(answer, time.toNanos(), TimeUnit.NANOSECONDS));
            } catch (ExecutionException | TimeoutException e) {
                return Optional.empty();
            }
        }
    }

    /** Has the task run on the loop and waits for what it gives. */
    <T> T get(Supplier<T> task) {
        checkState(!loop.time().isInLoop(), "called by the network itself, which would wait for itself");
        Call<T> call = begin(task);
        try {
            return Uninterruptibles.getUninterruptibly(call.answer, limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof NetworkClosed) {
                throw new IllegalStateException("the network has been closed", e);
            }
            throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the network doesn't answer: does the script of a hostile relay block?", e);
        }
    }

    /** Has the task run on the loop. */
    <T> Call<T> begin(Supplier<T> task) {
        Call<T> call = new Call<>();
        pending.add(call);
        loop.execute(() -> {
            try {
                call.answer.complete(task.get());
            } catch (RuntimeException | Error e) {
                call.answer.completeExceptionally(e);
            } finally {
                pending.remove(call);
            }
        });
        if (closed) { // if it is set later, close() sees the call
            call.answer.completeExceptionally(new NetworkClosed());
            pending.remove(call);
        }
        return call;
    }

    boolean isClosed() {
        return closed;
    }

    /** Nobody waits for answers any more: those who do, and whoever calls from now on, learn that the network is closed. */
    void close() {
        closed = true;
        pending.forEach(call -> call.answer.completeExceptionally(new NetworkClosed()));
        pending.clear();
    }

    private static final class NetworkClosed extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
