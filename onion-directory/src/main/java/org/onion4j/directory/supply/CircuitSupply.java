package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableSet;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.ExitTarget;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.supply.SuppliedCircuit.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each stream a circuit: one that is open and fits, one that is being built, or a new one. Builds circuits ahead
 * for the ports lately used, keeps streams of different isolation apart, retires what has been used for long, and gives
 * up what takes longer to build than circuits usually do. Spec: path-spec, "Building circuits", "Attaching streams to
 * circuits", "Learning when to give up ("timeout") on circuit construction".
 *
 * <p>Threading: any thread; guarded by one lock. Under it the guard manager is asked, circuits are looked at, and tasks
 * are scheduled: the locks of these come after it. Circuits are built and closed, guards told and futures completed
 * without it, and nothing is waited for.
 */
public final class CircuitSupply implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CircuitSupply.class);

    /** Between two rounds of maintenance at rest. */
    private static final Duration SLOW_ROUND = Duration.ofSeconds(5);

    /** The same while somebody waits. */
    private static final Duration FAST_ROUND = Duration.ofSeconds(1);

    /** When what is built ahead is looked at after a circuit was taken from the shelf. */
    private static final Duration ROUND_AFTER_USE = Duration.ofMillis(250);

    /** While circuits wait for a better guard, others show whether there is one: one in such a time. */
    private static final Duration GUARD_TRIAL_PAUSE = Duration.ofSeconds(2);

    /** For how long they may do so even if they come to nothing: it takes the better guards' failures to decide it. */
    private static final Duration GUARD_TRIAL_TIME = Duration.ofSeconds(60);

    /** A circuit isn't closed so soon after it was given to somebody who may not have opened the stream yet. */
    private static final Duration LEASE_GRACE = Duration.ofSeconds(10);

    /** How long an unused circuit must be there until it counts as a good one. */
    private static final Duration PROBATION = Duration.ofSeconds(30);

    /** Circuits that take long, beside which another one is tried; and one more for each stream that waits. */
    private static final int MAX_SLOW = 4;

    /** What is built ahead may take one in so many of the places for building. */
    private static final int BACKGROUND_DIVISOR = 2;

    /** Streams that may wait for circuits. */
    static final int MAX_WAITING = 1024;

    private static final CircuitNeed ANY_EXIT =
            new CircuitNeed(ExitTarget.resolve(), Optional.empty(), ImmutableSet.of());

    /** Somebody who waits for a circuit, and is told why none can be begun, or that one can. */
    private record Wish(
            Kind kind,
            CircuitNeed need,
            CompletableFuture<CircuitLease> lease,
            Consumer<Optional<NoPathException>> obstacle) {
        enum Kind {
            /** To put a stream on it. */
            STREAM,
            /** To see that there is one. */
            PROBE
        }
    }

    private final SupplyLock lock;
    private final GuardManager guards;
    private final SupplyParameters parameters;
    private final TimeSource time;
    private final Ticker ticker;
    private final Scheduler scheduler;

    // What follows is guarded by the lock.
    private final BuildTimeouts timeouts;
    private final PredictedPorts predicted;
    private final CircuitShelf shelf;
    private final LaunchPace pace;
    private final CircuitLauncher launcher;
    private final List<Wish> wishes = new ArrayList<>();
    private long lastLearningNanos;
    private Optional<Cancellable> nextRound = Optional.empty();
    private long nextRoundNanos;
    private boolean closed;

    /** @param timeouts,predicted belong to the supply from now on: they are used under its lock */
    public CircuitSupply(
            CircuitFactory factory,
            GuardManager guards,
            BuildTimeouts timeouts,
            PredictedPorts predicted,
            SupplyParameters parameters,
            Clock clock,
            Ticker ticker,
            RandomSource random,
            Scheduler scheduler) {
        this(CircuitBuilder.of(factory), guards, timeouts, predicted, parameters, clock, ticker, random, scheduler);
    }

    CircuitSupply(
            CircuitBuilder builder,
            GuardManager guards,
            BuildTimeouts timeouts,
            PredictedPorts predicted,
            SupplyParameters parameters,
            Clock clock,
            Ticker ticker,
            RandomSource random,
            Scheduler scheduler) {
        this.lock = new SupplyLock(ticker);
        this.guards = guards;
        this.parameters = parameters;
        this.time = new TimeSource(clock, ticker);
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.timeouts = timeouts;
        this.predicted = predicted;
        this.shelf = new CircuitShelf(parameters.maxDirtiness());
        this.pace = new LaunchPace(random);
        this.launcher = new CircuitLauncher(
                lock,
                shelf,
                pace,
                builder,
                guards,
                timeouts,
                predicted::drawKeptTime,
                parameters.maxPending(),
                time,
                ticker,
                random,
                scheduler,
                this::serveWishes);
        this.lastLearningNanos = ticker.read();
    }

    /** Paths are drawn from this network from now on. */
    public void setNetwork(PathSelector selector) {
        lock.run(() -> {
            if (!closed) {
                launcher.setNetwork(selector);
                timeouts.update(selector.view());
                predicted.update(selector.view());
                serveWishes();
                roundIn(Duration.ZERO);
            }
        });
    }

    /**
     * A circuit for a stream. The future fails with {@link NoPathException} if the network has no exit for it, and with
     * {@link TooManyWaitingException} if too many others wait. It has no time limit of its own: cancelling it gives the
     * wish up.
     */
    public CompletableFuture<CircuitLease> lease(CircuitNeed need) {
        lock.run(() -> {
            if (need.target().ports().isEmpty()) {
                predicted.onLookup();
            }
            need.target().ports().forEach(predicted::onUsed);
        });
        return add(new Wish(Wish.Kind.STREAM, need, new CompletableFuture<>(), obstacle -> {}));
    }

    /** {@link #first(Consumer)} for somebody who does not ask why it takes so long. */
    CompletableFuture<Void> first() {
        return first(obstacle -> {});
    }

    /**
     * Builds a circuit to any exit if there is none yet, to find out whether the network works. Done when there is one
     * that can be used; until then tries go on, unless the future is cancelled.
     *
     * @param obstacle told at each try why no path could be had, or that there was nothing in the way; must not block
     */
    public CompletableFuture<Void> first(Consumer<Optional<NoPathException>> obstacle) {
        CompletableFuture<CircuitLease> lease =
                add(new Wish(Wish.Kind.PROBE, ANY_EXIT, new CompletableFuture<>(), obstacle));
        CompletableFuture<Void> first = lease.thenAccept(circuit -> {});
        first.whenComplete((nothing, failure) -> {
            if (first.isCancelled()) {
                lease.cancel(false);
            }
        });
        return first;
    }

    private CompletableFuture<CircuitLease> add(Wish wish) {
        lock.run(() -> {
            if (closed) {
                lock.afterwards(() -> wish.lease().completeExceptionally(closedException()));
            } else {
                wishes.add(wish);
                serveWishes();
                if (wishes.size() > MAX_WAITING && wish.kind() == Wish.Kind.STREAM && wishes.remove(wish)) {
                    lock.afterwards(() -> wish.lease().completeExceptionally(new TooManyWaitingException(MAX_WAITING)));
                }
                // What a served one makes worth building ahead can wait until its stream has had the processor.
                roundIn(wishes.contains(wish) ? Duration.ZERO : ROUND_AFTER_USE);
            }
        });
        wish.lease().whenComplete((lease, failure) -> {
            if (wish.lease().isCancelled()) {
                lock.run(() -> wishes.remove(wish));
            }
        });
        return wish.lease();
    }

    /** Whether this thread holds the supply's lock: nobody outside may see that. */
    boolean isLockHeld() {
        return lock.isHeld();
    }

    /** How long most circuits of three hops take to build. */
    public Duration buildTimeout() {
        return lock.get(timeouts::buildTimeout);
    }

    /** Circuits that can take streams, or carry some still. */
    public int openCount() {
        return lock.get(() -> shelf.count(circuit -> circuit.built().isPresent()));
    }

    /** No circuit that is open or being built is used for new streams: the user wants to be somebody else. */
    public void retireAll() {
        lock.run(() -> {
            retireEach();
            serveWishes();
        });
    }

    /** The device has another network: nothing is used any more that went through the old one, or held back for it. */
    public void networkChanged() {
        lock.run(() -> {
            pace.reset();
            retireEach();
            serveWishes();
        });
    }

    private void retireEach() {
        for (SuppliedCircuit circuit : shelf.all()) {
            if (circuit.isUnfinished()) {
                launcher.abandon(
                        circuit, new CircuitException(CircuitException.Kind.CLOSED, "nobody wants it any more"));
            } else {
                circuit.retire();
                if (!circuit.hasStreams()) {
                    close(circuit);
                }
            }
        }
    }

    /** A stream on it was answered. */
    void answered(SuppliedCircuit circuit) {
        lock.run(() -> {
            if (!circuit.isProven()) {
                circuit.markProven();
                pace.reset();
                serveWishes();
            }
        });
    }

    /** A stream on it was not answered. */
    void failed(SuppliedCircuit circuit) {
        lock.run(() -> {
            if (!circuit.isProven() && !circuit.is(State.CLOSED)) {
                pace.failed(ticker.read());
            }
            circuit.retire();
            closeIfUnused(circuit, time.now());
        });
    }

    // Matching.

    /** Gives each wish a circuit, or sees to it that one is on its way. */
    private void serveWishes() {
        lock.checkHeld();
        Moment now = time.now();
        shelf.unclaimUnused(); // those who wait claim anew what is on its way to them
        for (Iterator<Wish> each = wishes.iterator(); each.hasNext(); ) {
            Wish wish = each.next();
            if (wish.lease().isDone() || serve(wish, now)) {
                each.remove();
            }
        }
        if (!wishes.isEmpty() && launcher.hasNetwork()) {
            long held = pace.waitNanos(now.ticks());
            roundIn(held > 0 && held < FAST_ROUND.toNanos() ? Duration.ofNanos(held) : FAST_ROUND);
        }
    }

    /** @return whether the wish is settled */
    private boolean serve(Wish wish, Moment now) {
        boolean stream = wish.kind() == Wish.Kind.STREAM;
        Optional<SuppliedCircuit> open = stream ? shelf.findOpen(wish.need(), now) : shelf.findOpen();
        if (open.isPresent()) {
            if (stream) {
                open.get().claim(wish.need().isolation());
                open.get().use(now);
            }
            CircuitLease lease = new CircuitLease(this, open.get());
            lock.afterwards(() -> wish.lease().complete(lease));
            return true;
        }
        Optional<SuppliedCircuit> coming = shelf.findPromising(wish.need(), now);
        if (!coming.isPresent()) {
            try {
                coming = launchFor(wish, now);
            } catch (NoPathException e) {
                if (stream) {
                    lock.afterwards(() -> wish.lease().completeExceptionally(e));
                } else {
                    lock.afterwards(() -> wish.obstacle().accept(Optional.of(e)));
                }
                return stream; // a probe waits for a better network
            }
        }
        if (stream) {
            coming.ifPresent(circuit -> circuit.claim(wish.need().isolation()));
        }
        if (launcher.hasNetwork()) {
            Optional<NoPathException> obstacle = launcher.obstacle();
            lock.afterwards(() -> wish.obstacle().accept(obstacle));
        }
        return false;
    }

    /** Launches a circuit for a wish, as long as there aren't too many that are slow. */
    private Optional<SuppliedCircuit> launchFor(Wish wish, Moment now) throws NoPathException {
        int slow = shelf.count(circuit -> CircuitShelf.isSlow(circuit, now) && circuit.suits(wish.need()));
        if (slow >= MAX_SLOW + wishes.size()) {
            return Optional.empty();
        }
        Optional<Duration> waiting = shelf.longestWaitForGuard(wish.need(), now);
        if (waiting.isPresent() && waiting.get().compareTo(GUARD_TRIAL_TIME) < 0) {
            Optional<Moment> last = launcher.lastLaunch();
            return !last.isPresent() || last.get().isOlderThan(GUARD_TRIAL_PAUSE, now)
                    ? launcher.launchUnpaced(wish.need(), now)
                    : Optional.empty();
        }
        return launcher.launch(wish.need(), now);
    }

    // Ends.

    private void closeIfUnused(SuppliedCircuit circuit, Moment now) {
        if (!circuit.hasStreams() && !circuit.isLeasedWithin(LEASE_GRACE, now)) {
            close(circuit);
        }
    }

    private void close(SuppliedCircuit circuit) {
        circuit.built().ifPresent(built -> lock.afterwards(built::close));
    }

    private void expire(Moment now) {
        for (SuppliedCircuit circuit : shelf.all()) {
            if (circuit.is(State.OPEN) && circuit.takeSurvived(PROBATION, now)) {
                pace.survived();
            }
            boolean over = switch (circuit.state()) {
                case BUILDING, TOO_LATE, CLOSED -> false;
                case WAITING_FOR_GUARD -> circuit.guard().isExpired();
                case OPEN -> shelf.isWornOut(circuit, now) || isUnusedForLong(circuit, now);
                case RETIRED -> true;
            };
            if (over) {
                circuit.retire();
                closeIfUnused(circuit, now);
            }
        }
    }

    private boolean isUnusedForLong(SuppliedCircuit circuit, Moment now) {
        return circuit.isUnusedFor(circuit.keptUnused(), now)
                || (timeouts.isLearning()
                        && circuit.isUnusedFor(timeouts.parameters().learningIdleTimeout(), now));
    }

    // Maintenance.

    /** Sees to it that there is a round of maintenance no later than this. */
    private void roundIn(Duration delay) {
        long at = ticker.read() + delay.toNanos();
        if (closed || (nextRound.isPresent() && nextRoundNanos - at <= 0)) {
            return;
        }
        nextRound.ifPresent(Cancellable::cancel);
        nextRoundNanos = at;
        nextRound = Optional.of(scheduler.schedule(this::round, delay));
    }

    private void round() {
        if (lock.get(this::hasWaitingForGuard)) {
            guards.refresh();
        }
        lock.run(() -> {
            nextRound = Optional.empty();
            if (!closed && launcher.hasNetwork()) {
                try {
                    Moment now = time.now();
                    expire(now);
                    serveWishes();
                    buildAhead(now);
                    learn(now);
                } finally {
                    planRound(); // whatever has failed, randomness above all, there is another time
                }
            }
        });
    }

    private void planRound() {
        if (!wishes.isEmpty() || hasWaitingForGuard()) {
            roundIn(FAST_ROUND);
        } else if (!shelf.isEmpty() || !predicted.ports().isEmpty()) {
            roundIn(SLOW_ROUND);
        } // else there is nothing to do until somebody asks
    }

    private boolean hasWaitingForGuard() {
        return shelf.has(circuit -> circuit.is(State.WAITING_FOR_GUARD));
    }

    /** Sees to it that each port lately used has circuits ready that nobody uses. */
    private void buildAhead(Moment now) {
        for (int port : predicted.ports()) {
            CircuitNeed need = new CircuitNeed(ExitTarget.port(port), Optional.empty(), ImmutableSet.of());
            int ready = shelf.count(circuit -> CircuitShelf.isFree(circuit) && circuit.suits(need));
            for (int i = ready; i < parameters.perPort() && countFree() < parameters.maxUnused(); i++) {
                if (!launchAhead(need, now)) {
                    break;
                }
            }
        }
    }

    /** Builds a circuit now and then to learn how long that takes. */
    private void learn(Moment now) {
        BuildTimeoutParameters learning = timeouts.parameters();
        boolean due = timeouts.isLearning()
                && !predicted.ports().isEmpty()
                && countFree() < learning.maxOpenCircuits()
                && now.ticks() - lastLearningNanos >= learning.testInterval().toNanos();
        if (due) {
            lastLearningNanos = now.ticks();
            launchAhead(new CircuitNeed(ExitTarget.anyOf(predicted.ports()), Optional.empty(), ImmutableSet.of()), now);
        }
    }

    private int countFree() {
        return shelf.count(CircuitShelf::isFree);
    }

    /** Launches a circuit that nobody waits for, if that keeps nobody waiting. */
    private boolean launchAhead(CircuitNeed need, Moment now) {
        int unsettled = shelf.count(circuit -> circuit.isUnfinished() || circuit.is(State.WAITING_FOR_GUARD));
        if (unsettled >= Math.max(1, parameters.maxPending() / BACKGROUND_DIVISOR)) {
            return false;
        }
        try {
            return launcher.launch(need, now).isPresent();
        } catch (NoPathException e) {
            log.debug("nothing to build ahead", e);
            return false;
        }
    }

    /** Writes down what was learned about build times. Blocks on the storage. */
    public void save() {
        timeouts.save();
    }

    /** Closes all circuits and gives no more. */
    @Override
    public void close() {
        lock.run(() -> {
            closed = true;
            nextRound.ifPresent(Cancellable::cancel);
            nextRound = Optional.empty();
            for (SuppliedCircuit circuit : shelf.all()) {
                if (circuit.isUnfinished()) {
                    launcher.abandon(circuit, closedException());
                } else {
                    close(circuit);
                }
            }
            for (Wish wish : wishes) {
                lock.afterwards(() -> wish.lease().completeExceptionally(closedException()));
            }
            wishes.clear();
        });
    }

    private static CircuitException closedException() {
        return new CircuitException(CircuitException.Kind.CLOSED, "the client has been closed");
    }
}
