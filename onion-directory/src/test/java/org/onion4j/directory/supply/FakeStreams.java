package org.onion4j.directory.supply;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;

/**
 * Streams as the engine tries them: given up after 10, 10 and then 15 seconds, and at once if their circuit is gone. For one
 * thread.
 */
final class FakeStreams {
    private static final Duration FIRST_TRIES = Duration.ofSeconds(10);
    private static final Duration LATER_TRIES = Duration.ofSeconds(15);

    private final SupplyWorld world;
    private final BiConsumer<FakeCircuit, CompletableFuture<Void>> ask;

    /** @param ask asks the exit of a circuit, and completes the future with its answer, if there is one */
    FakeStreams(SupplyWorld world, BiConsumer<FakeCircuit, CompletableFuture<Void>> ask) {
        this.world = world;
        this.ask = ask;
    }

    /** A stream; done when it is open. */
    CompletableFuture<Void> open(int port) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        tryNext(port, done, 1);
        return done;
    }

    /** How long a stream takes that is asked for now; the limit if it isn't there by then. */
    Duration measure(int port, Duration limit) {
        long begin = world.time.ticks();
        CompletableFuture<Void> done = open(port);
        while (!done.isDone() && world.time.ticks() - begin < limit.toNanos()) {
            world.time.advance(Duration.ofMillis(100));
        }
        return Duration.ofNanos(world.time.ticks() - begin);
    }

    private void tryNext(int port, CompletableFuture<Void> done, int number) {
        world.supply.lease(SupplyWorld.need(port, null)).thenAccept(lease -> {
            FakeCircuit circuit = SupplyWorld.circuit(lease);
            CompletableFuture<Void> answer = new CompletableFuture<>();
            circuit.closed().thenAccept(answer::completeExceptionally);
            lease.expect(answer);
            ask.accept(circuit, answer);
            Cancellable limit = world.time.schedule(() -> answer.cancel(false), number < 3 ? FIRST_TRIES : LATER_TRIES);
            answer.whenComplete((nothing, failure) -> {
                limit.cancel();
                if (failure == null) {
                    lease.answered();
                    done.complete(null);
                    return;
                }
                if (answer.isCancelled()) {
                    lease.failed();
                }
                if (!(failure instanceof CircuitException cause) || cause.kind() != CircuitException.Kind.CLOSED) {
                    tryNext(port, done, number + 1);
                }
            });
        });
    }
}
