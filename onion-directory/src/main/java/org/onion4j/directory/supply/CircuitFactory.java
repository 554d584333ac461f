package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import com.google.common.collect.Lists;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.CircuitParameters;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.channel.ChannelManager;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.flow.FixedWindowFlow;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds circuits along paths: opens the channel to the first relay if there is none, then goes on hop by hop. Nothing
 * here waits; who wants a limit cancels. A channel on which a first hop timed out gets no further circuits, and one over
 * which nothing comes any more is given up.
 *
 * <p>Threading: any thread. The handshakes are computed on the executor, not on the channels' readers.
 */
public final class CircuitFactory {
    private static final Logger log = LoggerFactory.getLogger(CircuitFactory.class);

    private final ChannelManager channels;
    private final RandomSource random;
    private final Ticker ticker;
    private final Executor executor;
    private final LinkWatch links;

    /** @param scheduler what looks after links that may be dead */
    public CircuitFactory(
            ChannelManager channels, RandomSource random, Ticker ticker, Executor executor, Scheduler scheduler) {
        this.channels = channels;
        this.random = random;
        this.ticker = ticker;
        this.executor = executor;
        this.links = new LinkWatch(scheduler, new LinkWatch.Quiet() {
            @Override
            public boolean any() {
                return !channels.channels().isEmpty();
            }

            @Override
            public List<ChannelLink> links() {
                return Lists.transform(channels.quiet(), CircuitFactory.this::link);
            }
        });
    }

    private ChannelLink link(Channel channel) {
        return new ChannelLink(channel, this::probe);
    }

    /** Begins a circuit that is of no use but for the answer. */
    private LinkWatch.Probe probe(Channel channel) {
        try {
            Circuit circuit = Circuit.on(channel, CircuitParameters.DEFAULT, random, ticker);
            CompletableFuture<Void> created = circuit.createFast();
            created.whenComplete((nothing, failure) -> circuit.close());
            return circuit::close;
        } catch (ChannelException | RandomnessException e) {
            log.debug("a link cannot be asked whether it lives", e);
            return () -> {};
        }
    }

    /** Something was asked over this circuit: as long as the answer is missing, its link may be dead. */
    void expect(Circuit circuit, CompletableFuture<?> answer) {
        links.expect(link(circuit.channel()), answer);
    }

    /** Somebody else may say something over this circuit at any time: its link is looked after until it closes. */
    void tend(Circuit circuit) {
        links.tend(link(circuit.channel()), circuit.closed());
    }

    /**
     * One circuit being built.
     *
     * @param firstHop done when the first relay has answered on the circuit: it is there, and so is the network
     * @param circuit done when all relays have; fails with a {@link CircuitException} or {@link ChannelException}
     * @param channelTime when its channel was open, by the ticker; 0 before
     * @param channel its channel, once that is open; else null
     * @param hops how many relays have answered
     */
    public record Attempt(
            CompletableFuture<Void> firstHop,
            CompletableFuture<Circuit> circuit,
            AtomicLong channelTime,
            AtomicReference<Channel> channel,
            AtomicInteger hops) {
        /**
         * Whether it may be the link that doesn't answer, rather than the relay: a link that has worked and over which
         * nothing comes now, or one of which this was found out before.
         */
        boolean isLinkSuspect() {
            Channel used = channel.get();
            return used != null
                    && (used.isRetired()
                            || (used.hasCarriedPaths() && used.unheardFor().compareTo(LinkWatch.DOUBT) >= 0));
        }

        /** When the channel was open, by the ticker; 0 before. */
        long channelNanos() {
            return channelTime.get();
        }

        /** How many relays have answered. */
        int hopCount() {
            return hops.get();
        }

        private void onHop() {
            hops.incrementAndGet();
            firstHop.complete(null);
        }

        /** Gives it up for a cause, with what has been built; no effect once it is done. */
        public void cancel(CircuitException cause) {
            circuit.completeExceptionally(cause);
            firstHop.completeExceptionally(cause);
        }
    }

    /** Begins to build a circuit along a path, whose relays belong to the view. */
    public Attempt build(Path path, NetworkView view) {
        return build(path, Optional.empty(), view);
    }

    /** The same, and on to a relay that somebody else described, as the last hop. */
    Attempt build(Path path, Optional<HopTarget> end, NetworkView view) {
        CircuitParameters parameters = new CircuitParameters(view.parameter(
                "circwindow",
                FixedWindowFlow.CIRCUIT_WINDOW,
                FixedWindowFlow.CIRCUIT_INCREMENT,
                FixedWindowFlow.CIRCUIT_WINDOW));
        return run(RelayTargets.channel(path.first()), parameters, (circuit, attempt) -> {
            CompletionStage<Void> built =
                    circuit.create(RelayTargets.hop(path.first(), view)).thenRun(attempt::onHop);
            for (Relay relay : path.hops().subList(1, path.length())) {
                built = built.thenComposeAsync(previous -> circuit.extend(RelayTargets.hop(relay, view)), executor)
                        .thenRun(attempt::onHop);
            }
            if (end.isPresent()) {
                built = built.thenComposeAsync(previous -> circuit.extend(end.get()), executor);
            }
            return built;
        });
    }

    /** Makes a relay that somebody else chose the next hop of a circuit that is there. */
    CompletableFuture<Void> extend(Circuit circuit, HopTarget end) {
        CompletableFuture<Void> extended = CompletableFuture.completedFuture((Void) null)
                .thenComposeAsync(nothing -> circuit.extend(end), executor);
        expect(circuit, extended);
        return extended;
    }

    /** Begins to build a circuit of one hop, without the relay's onion key: for directory requests. */
    public Attempt buildOneHop(ChannelTarget target) {
        return run(
                target,
                CircuitParameters.DEFAULT,
                (circuit, attempt) -> circuit.createFast().thenRun(attempt::onHop));
    }

    private interface Plan {
        CompletionStage<Void> build(Circuit circuit, Attempt attempt);
    }

    private Attempt run(ChannelTarget target, CircuitParameters parameters, Plan plan) {
        Attempt attempt = new Attempt(
                new CompletableFuture<>(),
                new CompletableFuture<>(),
                new AtomicLong(),
                new AtomicReference<>(),
                new AtomicInteger());
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
        attempt.channel().set(channel);
        Circuit circuit;
        try {
            circuit = Circuit.on(channel, parameters, random, ticker);
        } catch (ChannelException e) {
            return failed(e);
        }
        attempt.circuit().whenComplete((built, failure) -> {
            if (failure instanceof CircuitException cause) {
                if (cause.kind() == CircuitException.Kind.TIMEOUT
                        && !attempt.firstHop().isDone()) {
                    channel.retire(); // the next circuit may do better over another one
                }
                circuit.close(cause); // at once, wherever it stands
            }
        });
        links.watch();
        links.expect(link(channel), attempt.firstHop());
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
