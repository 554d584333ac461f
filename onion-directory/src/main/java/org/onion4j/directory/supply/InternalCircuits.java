package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.directory.guard.GuardFailure;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.GuardRestriction;
import org.onion4j.directory.guard.GuardUsage;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.guard.Vanguards;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.path.Position;
import org.onion4j.directory.supply.InternalCircuit.EndChoice;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * Builds circuits for onion services, each for one use; {@link OnionPurpose} says how long they are. The second hop is one
 * of few, and with full vanguards the third one, too; which relays are related doesn't matter, so that nobody who names a
 * last hop can drive us to another guard. For the same reason a guard isn't blamed for circuits to ends that somebody else
 * chose, once it has answered itself. While circuits are needed, a few are kept that nobody has used: they end where a
 * rendezvous point of ours may be, and go on to where somebody else wants us. Spec: path-spec, "Hidden-service related
 * circuits", "Cannibalizing circuits"; proposals 292 and 333.
 *
 * <p>Threading: any thread. Nothing here waits.
 */
public final class InternalCircuits implements AutoCloseable {
    private static final Duration CONNECTING_LIMIT = BuildDeadlines.CHANNEL_LIMIT;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final int LEAST_HOPS_OF_LIMIT = 4;

    private static final Duration SLACK = Duration.ofSeconds(1);

    private final CircuitFactory factory;
    private final GuardManager guards;
    private final InternalPaths paths;
    private final Supplier<Duration> buildTimeout;
    private final RandomSource random;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final SpareCircuits<InternalCircuit> spares;
    private final AtomicReference<PathSelector> network = new AtomicReference<>();
    private final BuildTurns turns = new BuildTurns();
    private final GuardPace pace;

    /** @param buildTimeout how long most circuits of three hops take */
    public InternalCircuits(
            CircuitFactory factory,
            GuardManager guards,
            Vanguards vanguards,
            Supplier<Duration> buildTimeout,
            RandomSource random,
            Ticker ticker,
            Scheduler scheduler) {
        this.factory = factory;
        this.guards = guards;
        this.paths = new InternalPaths(vanguards, random);
        this.buildTimeout = buildTimeout;
        this.random = random;
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.pace = new GuardPace(random, ticker, scheduler);
        // Not in turn: there is one at a time, and none holds up another.
        this.spares = new SpareCircuits<>(this::beginToAnywhere, random, ticker, scheduler);
    }

    /** Paths are drawn from this network from now on. */
    public void setNetwork(PathSelector selector) {
        NetworkView view = selector.view();
        network.set(selector);
        spares.update(view::parameter);
        spares.dropIf(spare -> spare.path().hops().stream()
                .anyMatch(relay -> !view.relay(relay.rsaIdentity()).isPresent()));
    }

    /** What nobody has used yet isn't used any more: the user wants to be somebody else, or has other guards. */
    public void retireAll() {
        spares.drop();
    }

    /** The device has another network: what went through the old one isn't used any more. */
    public void networkChanged() {
        pace.reset();
        spares.drop();
    }

    /** Keeps no circuit any more that nobody uses. Those that somebody does are their own. */
    @Override
    public void close() {
        spares.close();
    }

    /** The network as it is known, if any. */
    public Optional<NetworkView> view() {
        return Optional.ofNullable(network.get()).map(PathSelector::view);
    }

    /** How long most circuits to a rendezvous point of ours take to build. */
    public Duration buildTimeout() {
        return timeout(OnionPurpose.CLIENT_RENDEZVOUS.length(paths.mode()));
    }

    /** Each hop costs one round trip more than the one before: six of them for three hops, ten for four. */
    private Duration timeout(int hops) {
        return buildTimeout.get().multipliedBy(hops * (hops + 1L) / 2).dividedBy(6);
    }

    /** Draws a relay that fits for the end of a circuit, weighted as a middle relay; empty if there is none. */
    public Optional<Relay> drawRelay(Predicate<Relay> fits) {
        PathSelector selector = network.get();
        return selector == null ? Optional.empty() : selector.drawMiddle(fits, random);
    }

    /** A circuit to anywhere that was not there before, to see whether any can be built. It asks for no spare ones. */
    public CompletableFuture<InternalCircuit> probe() {
        return inTurn(OnionPurpose.CLIENT_RENDEZVOUS, this::beginToAnywhere);
    }

    /** A circuit to a relay of our choice that fits. Whoever cancels the future gives it up. */
    public CompletableFuture<InternalCircuit> toAny(OnionPurpose purpose, Predicate<Relay> fits) {
        return inTurn(purpose, result -> {
            Optional<InternalCircuit> spare =
                    takeSpare(purpose, purpose.length(paths.mode()), circuit -> fits.test(circuit.last()));
            if (spare.isPresent()) {
                give(spare.get(), result);
                return;
            }
            begin(
                    Optional.empty(),
                    EndChoice.OURS,
                    (selector, guard) -> paths.drawToAny(selector, guard, purpose, fits),
                    result);
        });
    }

    /** A circuit to a relay of the view. */
    public CompletableFuture<InternalCircuit> to(OnionPurpose purpose, Relay end) {
        return inTurn(purpose, result -> {
            Optional<InternalCircuit> spare = takeSpareTo(end.rsaIdentity(), purpose);
            if (spare.isPresent()) {
                Path longer = new Path(ImmutableList.<Relay>builder()
                        .addAll(spare.get().path().hops())
                        .add(end)
                        .build());
                extend(spare.get(), longer, RelayTargets.hop(end, network.get().view()), result);
                return;
            }
            begin(
                    Optional.empty(),
                    EndChoice.SOMEBODY_ELSES,
                    (selector, guard) -> paths.draw(selector, guard, purpose, end.rsaIdentity(), Optional.of(end)),
                    result);
        });
    }

    /** A circuit to a relay that somebody else described. */
    public CompletableFuture<InternalCircuit> to(OnionPurpose purpose, HopTarget end) {
        return inTurn(purpose, result -> {
            Optional<InternalCircuit> spare = takeSpareTo(end.rsaIdentity(), purpose);
            if (spare.isPresent()) {
                extend(spare.get(), spare.get().path(), end, result);
                return;
            }
            begin(
                    Optional.of(end),
                    EndChoice.SOMEBODY_ELSES,
                    (selector, guard) -> paths.draw(selector, guard, purpose, end.rsaIdentity(), Optional.empty()),
                    result);
        });
    }

    private interface Draw {
        Path path(PathSelector selector, Relay guard) throws NoPathException;
    }

    private CompletableFuture<InternalCircuit> inTurn(
            OnionPurpose purpose, Consumer<CompletableFuture<InternalCircuit>> begin) {
        CompletableFuture<InternalCircuit> result = new CompletableFuture<>();
        turns.add(BuildTurns.Lane.of(purpose), result, () -> begin.accept(result));
        return result;
    }

    private static void give(InternalCircuit circuit, CompletableFuture<InternalCircuit> result) {
        if (!result.complete(circuit)) {
            circuit.close();
        }
    }

    // Circuits that are there already.

    private Optional<InternalCircuit> takeSpare(OnionPurpose purpose, int length, Predicate<InternalCircuit> fits) {
        if (network.get() == null) {
            return Optional.empty();
        }
        return spares.take(
                circuit -> purpose.mayTakeSpare() && circuit.path().length() == length && fits.test(circuit));
    }

    /** One that can go on to that relay: it may be the guard, as in {@link InternalPaths}, but none of the others. */
    private Optional<InternalCircuit> takeSpareTo(RsaIdentity end, OnionPurpose purpose) {
        return takeSpare(
                purpose,
                purpose.length(paths.mode()) - 1,
                circuit -> circuit.path().hops().stream()
                        .skip(1)
                        .noneMatch(relay -> relay.rsaIdentity().equals(end)));
    }

    private void extend(InternalCircuit spare, Path longer, HopTarget end, CompletableFuture<InternalCircuit> result) {
        result.whenComplete((circuit, failure) -> {
            if (failure != null) {
                spare.close();
            }
        });
        int hops = Math.max(LEAST_HOPS_OF_LIMIT, spare.path().length() + 1);
        Scheduler.Cancellable timer = scheduler.schedule(
                () -> result.completeExceptionally(
                        new CircuitException(CircuitException.Kind.TIMEOUT, "it took too long")),
                timeout(hops).plus(SLACK));
        result.whenComplete((circuit, failure) -> timer.cancel());
        factory.extend(spare.circuit(), end).whenComplete((nothing, failure) -> {
            if (failure == null) {
                give(spare.extended(longer), result);
            } else {
                result.completeExceptionally(CircuitFactory.cause(failure));
            }
        });
    }

    // Circuits that are built.

    /** To where a rendezvous point of ours may be; all others begin like that. */
    private void beginToAnywhere(CompletableFuture<InternalCircuit> result) {
        begin(
                Optional.empty(),
                EndChoice.OURS,
                (selector, guard) -> paths.drawToAny(selector, guard, OnionPurpose.CLIENT_RENDEZVOUS, relay -> true),
                result);
    }

    private void begin(
            Optional<HopTarget> described, EndChoice choice, Draw draw, CompletableFuture<InternalCircuit> result) {
        HeldBack later = new HeldBack(described, choice, draw, result);
        Duration wait = pace.launch(later);
        if (wait.isZero()) {
            beginNow(described, choice, draw, result);
            return;
        }
        Scheduler.Cancellable timer = scheduler.schedule(later, wait);
        result.whenComplete((circuit, failure) -> {
            timer.cancel();
            pace.forget(later);
        });
    }

    /** A circuit that is not begun yet; it is once, whoever runs this. */
    private final class HeldBack implements Runnable {
        private final Optional<HopTarget> described;
        private final EndChoice choice;
        private final Draw draw;
        private final CompletableFuture<InternalCircuit> result;
        private final AtomicBoolean over = new AtomicBoolean();

        HeldBack(
                Optional<HopTarget> described, EndChoice choice, Draw draw, CompletableFuture<InternalCircuit> result) {
            this.described = described;
            this.choice = choice;
            this.draw = draw;
            this.result = result;
        }

        @Override
        public void run() {
            pace.forget(this);
            if (result.isDone() || !over.compareAndSet(false, true)) {
                return;
            }
            try {
                begin(described, choice, draw, result);
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }
    }

    private void beginNow(
            Optional<HopTarget> described, EndChoice choice, Draw draw, CompletableFuture<InternalCircuit> result) {
        PathSelector selector = network.get();
        try {
            if (selector == null) {
                throw new NoPathException(Position.MIDDLE, NoPathException.Lack.NO_RELAY, "no network is known yet");
            }
            // Unlike for exits: nobody who names a relay is to have a say in which guard we use.
            GuardUse guard = guards.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE);
            try {
                Path path = draw.path(selector, guard.relay());
                new Building(selector.view(), path, described, choice, guard, result).begin();
            } catch (NoPathException | RuntimeException | Error e) {
                guard.cancel(); // or it would count as one that doesn't answer
                throw e;
            }
        } catch (NoPathException | RandomnessException e) {
            result.completeExceptionally(e);
        }
    }

    /** What the guard is to be blamed for, if anything. */
    static Optional<GuardFailure> blame(Throwable why, boolean firstHop, EndChoice choice) {
        Optional<GuardFailure> blame = BuildFailures.blame(why, firstHop);
        boolean perhapsWanted = choice == EndChoice.SOMEBODY_ELSES && blame.equals(Optional.of(GuardFailure.LATER_HOP));
        return perhapsWanted ? Optional.empty() : blame;
    }

    /** Whether a circuit ended because the hop that it was being extended to couldn't be reached, for all that is known. */
    private static boolean isOfTheNextHop(Throwable why) {
        return CircuitFactory.cause(why) instanceof CircuitException circuit
                && switch (circuit.kind()) {
                    case HANDSHAKE, DESTROYED, PROTOCOL, TIMEOUT -> true;
                    case CHANNEL, MEMORY, LOCAL, LIMIT, CLOSED -> false;
                };
    }

    /** One circuit on its way. */
    private final class Building {
        private final NetworkView view;
        private final Path path;
        private final Optional<HopTarget> described;
        private final EndChoice choice;
        private final GuardUse guard;
        private final CompletableFuture<InternalCircuit> result;
        private final long launched = ticker.read();
        private final AtomicBoolean given = new AtomicBoolean();
        private CircuitFactory.Attempt attempt;

        Building(
                NetworkView view,
                Path path,
                Optional<HopTarget> described,
                EndChoice choice,
                GuardUse guard,
                CompletableFuture<InternalCircuit> result) {
            this.view = view;
            this.path = path;
            this.described = described;
            this.choice = choice;
            this.guard = guard;
            this.result = result;
        }

        void begin() {
            attempt = factory.build(path, described, view);
            attempt.firstHop().thenRun(() -> {
                pace.reset();
                guard.answered();
            });
            attempt.circuit().whenComplete((circuit, failure) -> {
                paths.learn(path, attempt.hopCount(), failure != null && isOfTheNextHop(failure));
                if (failure == null) {
                    try {
                        onBuilt(circuit);
                    } catch (RuntimeException | Error e) {
                        circuit.close();
                        result.completeExceptionally(e);
                    }
                } else {
                    onFailed(CircuitFactory.cause(failure));
                }
            });
            result.whenComplete((circuit, failure) -> {
                if (failure != null) {
                    attempt.cancel(new CircuitException(CircuitException.Kind.CLOSED, "nobody wants it any more"));
                }
            });
            look();
        }

        /** Gives up what takes too long; the time for the link doesn't count for the circuit. */
        private void look() {
            if (attempt.circuit().isDone()) {
                return;
            }
            long channel = attempt.channelNanos();
            Duration limit =
                    channel == 0 ? CONNECTING_LIMIT : timeout(limitedHops()).plus(SLACK);
            Duration age = Duration.ofNanos(ticker.read() - (channel == 0 ? launched : channel));
            if (age.compareTo(limit) >= 0) {
                attempt.cancel(new CircuitException(CircuitException.Kind.TIMEOUT, "it took too long"));
                return;
            }
            Duration left = limit.minus(age);
            scheduler.schedule(this::look, left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN);
        }

        private int limitedHops() {
            return Math.max(LEAST_HOPS_OF_LIMIT, path.length() + (described.isPresent() ? 1 : 0));
        }

        private void onBuilt(Circuit circuit) {
            circuit.closed().thenAccept(cause -> {
                if (BuildFailures.isLinkDead(cause)) {
                    guard.doubted();
                }
                guard.closed();
                result.completeExceptionally(cause);
            });
            result.whenComplete((value, failure) -> {
                if (failure != null) {
                    circuit.close(); // nobody waits any more until it may be used
                }
            });
            InternalCircuit built = new InternalCircuit(
                    circuit,
                    path,
                    guard,
                    choice,
                    factory,
                    SetupPadding.of(view, path.hops().get(1)),
                    scheduler);
            guard.onUsable(() -> giveOnce(built));
            switch (guard.succeeded()) {
                case COMPLETE -> giveOnce(built);
                case DEAD -> circuit.close();
                default -> { // it waits for a better guard, but not for long: whoever wants it would rather try again
                    Scheduler.Cancellable timer = scheduler.schedule(
                            () -> result.completeExceptionally(
                                    new CircuitException(CircuitException.Kind.TIMEOUT, "another guard may be better")),
                            buildTimeout.get());
                    result.whenComplete((value, failure) -> timer.cancel());
                }
            }
        }

        private void giveOnce(InternalCircuit built) {
            if (given.compareAndSet(false, true)) {
                give(built, result);
            }
        }

        private void onFailed(Throwable why) {
            boolean firstHop =
                    attempt.firstHop().isDone() && !attempt.firstHop().isCompletedExceptionally();
            if (!firstHop && !result.isDone()) { // else nobody wanted it any more
                pace.failed(why);
            }
            Optional<GuardFailure> blame = blame(why, firstHop, choice);
            if (blame.equals(Optional.of(GuardFailure.UNREACHABLE)) && attempt.isLinkSuspect()) {
                blame = Optional.of(GuardFailure.LINK_DEAD);
            }
            if (blame.isPresent()) {
                guard.failed(blame.get());
            } else {
                guard.cancel();
            }
            result.completeExceptionally(why);
        }
    }
}
