package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.CircuitParameters;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.channel.ChannelManager;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.flow.FixedWindowFlow;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * Builds circuits along paths: opens the channel to the first relay if there is none, then goes on hop by hop. Nothing
 * here waits; who wants a limit cancels.
 *
 * <p>Threading: any thread. The handshakes are computed on the executor, not on the channels' readers.
 */
public final class CircuitFactory {
    private final ChannelManager channels;
    private final RandomSource random;
    private final Ticker ticker;
    private final Executor executor;

    public CircuitFactory(ChannelManager channels, RandomSource random, Ticker ticker, Executor executor) {
        this.channels = channels;
        this.random = random;
        this.ticker = ticker;
        this.executor = executor;
    }

    /**
     * One circuit being built.
     *
     * @param firstHop done when the first relay has answered on the circuit: it is there, and so is the network
     * @param circuit done when all relays have; fails with a {@link CircuitException} or {@link ChannelException}
     * @param channelTime when its channel was open, by the ticker; 0 before
     */
    public record Attempt(
            CompletableFuture<Void> firstHop, CompletableFuture<Circuit> circuit, AtomicLong channelTime) {
        /** When the channel was open, by the ticker; 0 before. */
        long channelNanos() {
            return channelTime.get();
        }

        /** Gives it up for a cause, with what has been built; no effect once it is done. */
        public void cancel(CircuitException cause) {
            circuit.completeExceptionally(cause);
            firstHop.completeExceptionally(cause);
        }
    }

    /** Begins to build a circuit along a path, whose relays belong to the view. */
    public Attempt build(Path path, NetworkView view) {
        CircuitParameters parameters = new CircuitParameters(view.parameter(
                "circwindow",
                FixedWindowFlow.CIRCUIT_WINDOW,
                FixedWindowFlow.CIRCUIT_INCREMENT,
                FixedWindowFlow.CIRCUIT_WINDOW));
        return run(RelayTargets.channel(path.first()), parameters, (circuit, attempt) -> {
            CompletionStage<Void> built = circuit.create(RelayTargets.hop(path.first(), view))
                    .thenRun(() -> attempt.firstHop().complete(null));
            for (Relay relay : path.hops().subList(1, path.length())) {
                built = built.thenComposeAsync(previous -> circuit.extend(RelayTargets.hop(relay, view)), executor);
            }
            return built;
        });
    }

    /** Begins to build a circuit of one hop, without the relay's onion key: for directory requests. */
    public Attempt buildOneHop(ChannelTarget target) {
        return run(
                target,
                CircuitParameters.DEFAULT,
                (circuit, attempt) ->
                        circuit.createFast().thenRun(() -> attempt.firstHop().complete(null)));
    }

    private interface Plan {
        CompletionStage<Void> build(Circuit circuit, Attempt attempt);
    }

    private Attempt run(ChannelTarget target, CircuitParameters parameters, Plan plan) {
        Attempt attempt = new Attempt(new CompletableFuture<>(), new CompletableFuture<>(), new AtomicLong());
        channels.get(target)
                .thenComposeAsync(channel -> start(channel, parameters, attempt, plan), executor)
                .whenComplete((circuit, failure) -> {
                    if (failure != null) {
                        attempt.circuit().completeExceptionally(cause(failure));
                        attempt.firstHop().completeExceptionally(cause(failure));
                    } else if (!attempt.circuit().complete(circuit)) {
                        circuit.close(); // given up in the meantime
                    }
                });
        return attempt;
    }

    private CompletionStage<Circuit> start(Channel channel, CircuitParameters parameters, Attempt attempt, Plan plan) {
        if (attempt.circuit().isDone()) {
            return failed(new CircuitException(CircuitException.Kind.CLOSED, "given up"));
        }
        attempt.channelTime().set(ticker.read());
        Circuit circuit;
        try {
            circuit = Circuit.on(channel, parameters, random, ticker);
        } catch (ChannelException e) {
            return failed(e);
        }
        attempt.circuit().whenComplete((built, failure) -> {
            if (failure instanceof CircuitException cause) {
                circuit.close(cause); // at once, wherever it stands
            }
        });
        return plan.build(circuit, attempt).thenApply(nothing -> circuit).whenComplete((built, failure) -> {
            if (failure != null) {
                circuit.close();
            }
        });
    }

    private static CompletionStage<Circuit> failed(Throwable cause) {
        CompletableFuture<Circuit> failed = new CompletableFuture<>();
        failed.completeExceptionally(cause);
        return failed;
    }

    /** What a stage failed with. */
    public static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
