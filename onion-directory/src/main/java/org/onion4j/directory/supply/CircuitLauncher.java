package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.GuardFailure;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.path.PathRequest;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.supply.BuildDeadlines.Progress;
import org.onion4j.directory.supply.SuppliedCircuit.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the circuits of a {@link CircuitSupply}: draws the path, watches the time, tells the guard what became of the
 * circuit, and puts it on the shelf. Whatever changes there is told to the supply, under the lock.
 *
 * <p>Guarded by the supply's lock, which is held by whoever calls {@link #launch} or {@link #abandon}, and taken where
 * something is reported from outside. Nothing is built, closed or told to a guard under it.
 */
final class CircuitLauncher {
    private static final Logger log = LoggerFactory.getLogger(CircuitLauncher.class);

    /** Circuits being built, slow ones included, as a multiple of those that are not slow. */
    private static final int SLOW_FACTOR = 3;

    private final SparingLog bugs;
    private final SupplyLock lock;
    private final CircuitShelf shelf;
    private final LaunchPace pace;
    private final CircuitBuilder builder;
    private final GuardManager guards;
    private final BuildTimeouts timeouts;
    private final Supplier<Duration> keptUnused;
    private final int maxPending;
    private final TimeSource time;
    private final Ticker ticker;
    private final RandomSource random;
    private final Scheduler scheduler;
    private final Runnable changed;

    private Optional<PathSelector> network = Optional.empty();
    private Optional<Moment> lastLaunch = Optional.empty();
    private Optional<NoPathException> obstacle = Optional.empty();

    /**
     * @param keptUnused draws how long a circuit is kept that nobody uses; called under the lock
     * @param maxPending circuits that are being built at once, as long as none is slow
     * @param changed called under the lock when a circuit may be used, can't be any more, or keeps one waiting
     */
    CircuitLauncher(
            SupplyLock lock,
            CircuitShelf shelf,
            LaunchPace pace,
            CircuitBuilder builder,
            GuardManager guards,
            BuildTimeouts timeouts,
            Supplier<Duration> keptUnused,
            int maxPending,
            TimeSource time,
            Ticker ticker,
            RandomSource random,
            Scheduler scheduler,
            Runnable changed) {
        this.bugs = new SparingLog(log, ticker);
        this.lock = lock;
        this.shelf = shelf;
        this.pace = pace;
        this.builder = builder;
        this.guards = guards;
        this.timeouts = timeouts;
        this.keptUnused = keptUnused;
        this.maxPending = maxPending;
        this.time = time;
        this.ticker = ticker;
        this.random = random;
        this.scheduler = scheduler;
        this.changed = changed;
    }

    void setNetwork(PathSelector selector) {
        lock.checkHeld();
        network = Optional.of(selector);
    }

    boolean hasNetwork() {
        return network.isPresent();
    }

    /** Why no circuit was begun when one was to be, unless one has been since. */
    Optional<NoPathException> obstacle() {
        return obstacle;
    }

    Optional<Moment> lastLaunch() {
        return lastLaunch;
    }

    /**
     * Begins to build a circuit, unless too many are being built, or circuits come to nothing, or there is no guard now.
     *
     * @throws NoPathException if there will never be one in this network
     */
    Optional<SuppliedCircuit> launch(CircuitNeed need, Moment now) throws NoPathException {
        return pace.waitNanos(now.ticks()) > 0 ? Optional.empty() : launchUnpaced(need, now);
    }

    /** The same even though circuits have come to nothing. */
    Optional<SuppliedCircuit> launchUnpaced(CircuitNeed need, Moment now) throws NoPathException {
        lock.checkHeld();
        if (!network.isPresent()
                || shelf.count(circuit -> CircuitShelf.isPromising(circuit, now)) >= maxPending
                || shelf.count(circuit -> circuit.is(State.BUILDING)) >= maxPending * SLOW_FACTOR) {
            return Optional.empty();
        }
        PathSelector selector = network.get();
        GuardChooser chooser = new GuardChooser(guards);
        PathRequest request = PathRequest.exit(need.target())
                .withStable(need.isStable())
                .withLastHop(relay -> !need.refused().contains(relay.rsaIdentity()));
        Path path;
        try {
            path = selector.select(request, chooser, random);
        } catch (NoPathException e) {
            chooser.chosen().ifPresent(use -> lock.afterwards(use::cancel));
            if (e.lack() == NoPathException.Lack.NO_GUARD) {
                log.debug("no guard can be used now");
                obstacle = Optional.of(e);
                return Optional.empty();
            }
            throw e;
        }
        obstacle = Optional.empty();
        SuppliedCircuit circuit = new SuppliedCircuit(path, chooser.chosen().get(), need.isStable(), now);
        shelf.add(circuit);
        pace.launched(now.ticks());
        lastLaunch = Optional.of(now);
        lock.afterwards(() -> begin(circuit, selector));
        return Optional.of(circuit);
    }

    private void begin(SuppliedCircuit circuit, PathSelector selector) {
        if (!lock.get(circuit::isUnfinished)) {
            return;
        }
        circuit.guard().onUsable(() -> onGuardUsable(circuit));
        CircuitBuilder.Attempt attempt;
        try {
            attempt = builder.build(circuit.path(), selector.view());
        } catch (RuntimeException e) {
            bugs.error("a circuit could not be begun", e);
            onFailed(circuit, e);
            return;
        }
        lock.run(() -> {
            circuit.begun(attempt);
            if (circuit.isUnfinished()) {
                watch(circuit);
            } else {
                CircuitException cause = new CircuitException(CircuitException.Kind.CLOSED, "given up at once");
                lock.afterwards(() -> attempt.cancel(cause));
            }
        });
        attempt.firstHop().thenRun(circuit.guard()::answered);
        attempt.circuit().whenComplete((built, failure) -> {
            if (failure == null) {
                onBuilt(circuit, built);
            } else {
                onFailed(circuit, CircuitFactory.cause(failure));
            }
        });
    }

    // Time.

    private void watch(SuppliedCircuit circuit) {
        Duration pause = BuildDeadlines.of(timeouts).next(progress(circuit), age(circuit));
        circuit.setTimer(scheduler.schedule(() -> lock.run(() -> look(circuit)), pause));
    }

    private static Progress progress(SuppliedCircuit circuit) {
        if (channelNanos(circuit) == 0) {
            return Progress.CONNECTING;
        }
        return circuit.hasFirstHop() ? Progress.ANSWERED : Progress.ASKED;
    }

    private static long channelNanos(SuppliedCircuit circuit) {
        return circuit.attempt().map(CircuitBuilder.Attempt::channelNanos).orElse(0L);
    }

    /** Since its channel has been open, else since its launch. */
    private Duration age(SuppliedCircuit circuit) {
        long channel = channelNanos(circuit);
        return Duration.ofNanos(
                ticker.read() - (channel == 0 ? circuit.launched().ticks() : channel));
    }

    /** Looks whether a circuit takes longer than it may. */
    private void look(SuppliedCircuit circuit) {
        if (!circuit.isUnfinished()) {
            return;
        }
        switch (BuildDeadlines.of(timeouts).verdict(progress(circuit), age(circuit))) {
            case GO_ON -> watch(circuit);
            case LATE -> {
                onLate(circuit);
                watch(circuit);
            }
            case GIVE_UP -> fail(circuit, new CircuitException(CircuitException.Kind.TIMEOUT, "it took too long"));
        }
    }

    /** Longer than most circuits take: measured on, but not to be used any more as long as there are others. */
    private void onLate(SuppliedCircuit circuit) {
        if (!circuit.isTimedOut()) {
            circuit.markTimedOut();
            timeouts.onTimedOut(circuit.hasFirstHop());
        }
        if (circuit.is(State.BUILDING) && shelf.findOpen().isPresent()) {
            circuit.moveTo(State.TOO_LATE);
        }
        changed.run();
    }

    // What becomes of it.

    private void onBuilt(SuppliedCircuit circuit, BuiltCircuit built) {
        lock.run(() -> {
            if (!circuit.isUnfinished()) {
                lock.afterwards(built::close); // given up in the meantime
                return;
            }
            timeouts.onBuilt(age(circuit));
            circuit.built(built, time.now(), keptUnused.get());
            if (circuit.is(State.TOO_LATE)) {
                circuit.moveTo(State.RETIRED);
                lock.afterwards(() -> {
                    circuit.guard().succeeded(); // it does work, though too slowly to be used
                    built.close();
                });
            } else {
                circuit.moveTo(State.WAITING_FOR_GUARD);
                lock.afterwards(() -> settleGuard(circuit, built));
            }
        });
        built.closed().thenAccept(cause -> onClosed(circuit, cause));
    }

    private void settleGuard(SuppliedCircuit circuit, BuiltCircuit built) {
        switch (circuit.guard().succeeded()) {
            case COMPLETE -> onGuardUsable(circuit);
            case DEAD -> built.close();
            default -> lock.run(changed); // it waits for a better guard: others are needed
        }
    }

    private void onGuardUsable(SuppliedCircuit circuit) {
        lock.run(() -> {
            if (circuit.is(State.WAITING_FOR_GUARD)) {
                circuit.moveTo(State.OPEN);
                changed.run();
            }
        });
    }

    private void onFailed(SuppliedCircuit circuit, Throwable failure) {
        log.debug("a circuit was not built", failure);
        lock.run(() -> {
            if (circuit.isUnfinished()) {
                fail(circuit, failure);
            }
        });
    }

    private void fail(SuppliedCircuit circuit, Throwable why) {
        abandon(circuit, why);
        countFailure(why);
        lock.afterwards(() -> lock.run(changed)); // once the guard has been told
    }

    /** Ends a circuit that has not been built, and tells its guard. */
    void abandon(SuppliedCircuit circuit, Throwable why) {
        lock.checkHeld();
        Optional<GuardFailure> blame = BuildFailures.blame(why, circuit.hasFirstHop());
        if (blame.equals(Optional.of(GuardFailure.UNREACHABLE)) && isLinkSuspect(circuit)) {
            blame = Optional.of(GuardFailure.LINK_DEAD);
        }
        tellGuard(circuit, blame, why);
    }

    private static boolean isLinkSuspect(SuppliedCircuit circuit) {
        return circuit.attempt().isPresent() && circuit.attempt().get().isLinkSuspect();
    }

    private void tellGuard(SuppliedCircuit circuit, Optional<GuardFailure> blame, Throwable why) {
        circuit.moveTo(State.CLOSED);
        circuit.setTimer(() -> {});
        shelf.remove(circuit);
        lock.afterwards(() -> {
            GuardUse guard = circuit.guard();
            if (blame.isPresent()) {
                guard.failed(blame.get());
            } else {
                guard.cancel();
            }
            if (why instanceof CircuitException cause) {
                circuit.attempt().ifPresent(attempt -> attempt.cancel(cause));
            }
        });
    }

    private void onClosed(SuppliedCircuit circuit, CircuitException cause) {
        if (BuildFailures.isLinkDead(cause)) {
            circuit.guard().doubted();
        }
        circuit.guard().closed();
        lock.run(() -> {
            if (circuit.is(State.CLOSED)) {
                return; // given up just when it was built
            }
            boolean inService = circuit.is(State.OPEN) || circuit.is(State.WAITING_FOR_GUARD);
            if (inService && !circuit.isProven()) {
                countLoss(cause);
            }
            circuit.moveTo(State.CLOSED);
            shelf.remove(circuit);
            changed.run();
        });
    }

    /** A circuit was not built. */
    private void countFailure(Throwable why) {
        Optional<ChannelException> channel = BuildFailures.channelFailure(why);
        if (channel.isPresent()) {
            countChannel(channel.get());
        } else {
            pace.failed(ticker.read());
        }
    }

    /** A circuit is gone that was of no use yet. */
    private void countLoss(CircuitException cause) {
        Optional<ChannelException> channel = BuildFailures.channelFailure(cause);
        if (channel.isPresent()) {
            countChannel(channel.get());
            return;
        }
        switch (cause.kind()) {
            case CLOSED, MEMORY, LOCAL, LIMIT -> {} // by us
            case CHANNEL -> pace.lostWithChannel(ticker.read(), Optional.empty());
            default -> pace.failed(ticker.read());
        }
    }

    private void countChannel(ChannelException why) {
        if (why.kind() != ChannelException.Kind.CLOSED) { // else it was by us
            pace.lostWithChannel(ticker.read(), Optional.of(why));
        }
    }
}
