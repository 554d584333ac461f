package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.GuardFailure;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.GuardRestriction;
import org.onion4j.directory.guard.GuardUsage;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.path.ExitTarget;
import org.onion4j.directory.path.FirstHop;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.path.PathRequest;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.view.Relay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each stream a circuit: one that is open and fits, one that is being built, or a new one. Builds circuits ahead
 * for the ports lately used, keeps streams of different isolation apart, retires what has been used for long, and gives
 * up what takes longer to build than circuits usually do. Spec: path-spec, "Building circuits", "Attaching streams to
 * circuits", "Learning when to give up on slow circuits".
 *
 * <p>Threading: any thread; guarded by one lock, under which nothing is built, waited for or told to anybody.
 */
public final class CircuitSupply implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CircuitSupply.class);

    private static final Duration MAINTENANCE = Duration.ofSeconds(5);
    private static final Duration LEARNING_PAUSE = Duration.ofSeconds(10);
    private static final int MAX_LEARNING_CIRCUITS = 10;
    private static final Duration LEARNING_IDLE_TIME = Duration.ofMinutes(3);
    private static final Duration IDLE_TIME = Duration.ofMinutes(30);

    /** A stream that has no circuit yet. */
    private record Wish(CircuitNeed need, CompletableFuture<CircuitLease> lease) {}

    private final CircuitFactory factory;
    private final GuardManager guards;
    private final BuildTimeouts timeouts;
    private final PredictedPorts predicted;
    private final SupplyParameters parameters;
    private final Ticker ticker;
    private final RandomSource random;
    private final Scheduler scheduler;
    private final LaunchPace pace;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<SuppliedCircuit> circuits = new ArrayList<>();
    private final List<Wish> wishes = new ArrayList<>();
    private final ArrayDeque<Runnable> afterUnlock = new ArrayDeque<>();
    private Optional<PathSelector> network = Optional.empty();
    private long lastLearningNanos;
    private boolean maintaining;
    private boolean retrying; // a task waits that looks at the wishes again
    private boolean closed;

    /**
     * @param timeouts,predicted belong to the supply from now on: they are used under its lock
     */
    public CircuitSupply(
            CircuitFactory factory,
            GuardManager guards,
            BuildTimeouts timeouts,
            PredictedPorts predicted,
            SupplyParameters parameters,
            Ticker ticker,
            RandomSource random,
            Scheduler scheduler) {
        this.factory = factory;
        this.guards = guards;
        this.timeouts = timeouts;
        this.predicted = predicted;
        this.parameters = parameters;
        this.ticker = ticker;
        this.random = random;
        this.scheduler = scheduler;
        this.pace = new LaunchPace(random);
        this.lastLearningNanos = ticker.read();
    }

    /** Paths are drawn from this network from now on. */
    public void setNetwork(PathSelector selector) {
        lock.lock();
        try {
            network = Optional.of(selector);
            timeouts.update(selector.view());
            serveWishes();
            maintainSoon();
        } finally {
            unlock();
        }
    }

    /**
     * A circuit for a stream. The future fails with {@link NoPathException} if the network has no exit for it. It has no
     * time limit of its own: cancelling it gives the wish up.
     */
    public CompletableFuture<CircuitLease> lease(CircuitNeed need) {
        Wish wish = new Wish(need, new CompletableFuture<>());
        lock.lock();
        try {
            if (closed) {
                wish.lease().completeExceptionally(closedException());
                return wish.lease();
            }
            for (int port : need.target().ports()) {
                predicted.onUsed(port);
            }
            wishes.add(wish);
            serveWishes();
            maintainSoon();
        } finally {
            unlock();
        }
        wish.lease().whenComplete((lease, failure) -> {
            if (wish.lease().isCancelled()) {
                forget(wish);
            }
        });
        return wish.lease();
    }

    /**
     * Builds a circuit to any exit if there is none yet, to find out whether the network works. Done when there is one
     * that can be used.
     */
    public CompletableFuture<Void> first() {
        CircuitNeed any = new CircuitNeed(ExitTarget.resolve(), Optional.empty(), ImmutableSet.of());
        CompletableFuture<Void> done = new CompletableFuture<>();
        lock.lock();
        try {
            if (closed) {
                done.completeExceptionally(closedException());
                return done;
            }
            firsts.add(done);
            if (!hasPending(any) && !hasOpen()) {
                launch(any);
            }
            tellFirsts();
            maintainSoon();
        } finally {
            unlock();
        }
        return done;
    }

    private final List<CompletableFuture<Void>> firsts = new ArrayList<>(); // who waits for any open circuit

    private void tellFirsts() {
        if (hasOpen()) {
            ImmutableList<CompletableFuture<Void>> all = ImmutableList.copyOf(firsts);
            firsts.clear();
            afterUnlock.add(() -> all.forEach(one -> one.complete(null)));
        }
    }

    /** Circuits that can take streams, or carry some still. */
    public int openCount() {
        lock.lock();
        try {
            return (int) circuits.stream().filter(c -> c.circuit != null).count();
        } finally {
            unlock();
        }
    }

    /** No open or pending circuit is used for new streams: the user wants to be somebody else, or the network changed. */
    public void retireAll() {
        lock.lock();
        try {
            for (SuppliedCircuit circuit : ImmutableList.copyOf(circuits)) {
                if (circuit.circuit == null) {
                    giveUp(circuit, CircuitException.Kind.CLOSED);
                } else {
                    retireLocked(circuit);
                }
            }
            serveWishes();
        } finally {
            unlock();
        }
    }

    void retire(SuppliedCircuit circuit) {
        lock.lock();
        try {
            retireLocked(circuit);
        } finally {
            unlock();
        }
    }

    private void retireLocked(SuppliedCircuit circuit) {
        if (circuit.state == SuppliedCircuit.State.CLOSED) {
            return;
        }
        circuit.state = SuppliedCircuit.State.RETIRED;
        if (circuit.circuit.streamCount() == 0) {
            afterUnlock.add(circuit.circuit::close);
        }
    }

    private void forget(Wish wish) {
        lock.lock();
        try {
            wishes.remove(wish);
        } finally {
            unlock();
        }
    }

    // Matching.

    /** Gives each wish a circuit, or sees to it that one is on its way. */
    private void serveWishes() {
        long now = ticker.read();
        for (Iterator<Wish> each = wishes.iterator(); each.hasNext(); ) {
            Wish wish = each.next();
            if (wish.lease().isDone()) {
                each.remove();
                continue;
            }
            Optional<SuppliedCircuit> match = findOpen(wish.need(), now);
            if (match.isPresent()) {
                each.remove();
                SuppliedCircuit circuit = match.get();
                circuit.claim(wish.need().isolation());
                circuit.use(now);
                afterUnlock.add(() -> wish.lease().complete(new CircuitLease(this, circuit)));
            } else if (!claimPending(wish.need()) && network.isPresent()) {
                Optional<NoPathException> hopeless = launch(wish.need());
                if (hopeless.isPresent()) {
                    each.remove();
                    afterUnlock.add(() -> wish.lease().completeExceptionally(hopeless.get()));
                } else {
                    claimPending(wish.need());
                }
            }
        }
    }

    /** The circuit lately used for such streams, else one that nobody has used. */
    private Optional<SuppliedCircuit> findOpen(CircuitNeed need, long now) {
        SuppliedCircuit best = null;
        for (SuppliedCircuit circuit : circuits) {
            boolean usable = circuit.state == SuppliedCircuit.State.OPEN
                    && circuit.circuit.isOpen()
                    && !isWornOut(circuit, now)
                    && circuit.suits(need);
            if (usable && (best == null || isBetter(circuit, best))) {
                best = circuit;
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean isBetter(SuppliedCircuit one, SuppliedCircuit other) {
        if (one.isDirty() != other.isDirty()) {
            return one.isDirty();
        }
        return one.isDirty() && one.dirtyNanos() - other.dirtyNanos() > 0;
    }

    private boolean isWornOut(SuppliedCircuit circuit, long now) {
        return circuit.isDirty()
                && now - circuit.dirtyNanos() > parameters.maxDirtiness().toNanos();
    }

    private boolean claimPending(CircuitNeed need) {
        for (SuppliedCircuit circuit : circuits) {
            if (isPending(circuit) && circuit.suits(need)) {
                circuit.claim(need.isolation());
                return true;
            }
        }
        return false;
    }

    private boolean hasPending(CircuitNeed need) {
        return circuits.stream().anyMatch(c -> isPending(c) && c.suits(need));
    }

    private boolean hasOpen() {
        return circuits.stream().anyMatch(c -> c.state == SuppliedCircuit.State.OPEN);
    }

    private static boolean isPending(SuppliedCircuit circuit) {
        return circuit.state == SuppliedCircuit.State.BUILDING
                || circuit.state == SuppliedCircuit.State.WAITING_FOR_GUARD;
    }

    // Building.

    /**
     * Begins to build a circuit, unless it is too early for that.
     *
     * @return why there will never be one in this network
     */
    private Optional<NoPathException> launch(CircuitNeed need) {
        long now = ticker.read();
        long wait = pace.waitNanos(now);
        long building = circuits.stream()
                .filter(c -> c.state == SuppliedCircuit.State.BUILDING)
                .count();
        if (wait > 0 || building >= parameters.maxPending() || !network.isPresent()) {
            retryIn(wait);
            return Optional.empty();
        }
        PathSelector selector = network.get();
        GuardChooser chooser = new GuardChooser();
        Path path;
        try {
            PathRequest request = PathRequest.exit(need.target())
                    .withStable(need.isStable())
                    .withLastHop(relay -> !need.refused().contains(relay.rsaIdentity()));
            path = selector.select(request, chooser, random);
        } catch (NoPathException e) {
            chooser.cancel();
            if (e.lack() != NoPathException.Lack.NO_GUARD) {
                return Optional.of(e);
            }
            pace.failed(now);
            retryIn(Math.max(pace.waitNanos(now), Duration.ofSeconds(1).toNanos()));
            return Optional.empty();
        }
        SuppliedCircuit circuit = new SuppliedCircuit(path, chooser.use, need.isStable(), now);
        circuits.add(circuit);
        afterUnlock.add(() -> begin(circuit, selector));
        return Optional.empty();
    }

    private void retryIn(long nanos) {
        if (nanos > 0 && !retrying && !closed) {
            retrying = true;
            scheduler.schedule(
                    () -> {
                        lock.lock();
                        try {
                            retrying = false;
                            serveWishes();
                        } finally {
                            unlock();
                        }
                    },
                    Duration.ofNanos(nanos));
        }
    }

    /** Chooses the guard when the path asks for it, and remembers the hold on it. */
    private final class GuardChooser implements FirstHop {
        private GuardUse use;

        @Override
        public boolean suits(Relay last) {
            return guards.suits(last);
        }

        @Override
        public Relay choose(Relay last) throws NoPathException {
            cancel();
            use = guards.choose(GuardUsage.TRAFFIC, GuardRestriction.unrelatedTo(last));
            return use.relay();
        }

        void cancel() {
            if (use != null) {
                use.cancel();
                use = null;
            }
        }
    }

    private void begin(SuppliedCircuit circuit, PathSelector selector) {
        circuit.guard().onUsable(() -> onGuardUsable(circuit));
        CircuitFactory.Attempt attempt = factory.build(circuit.path(), selector.view());
        Duration limit;
        Duration end;
        lock.lock();
        try {
            circuit.attempt = attempt;
            limit = timeouts.buildTimeout();
            end = timeouts.closeTimeout();
        } finally {
            unlock();
        }
        Cancellable late = scheduler.schedule(() -> onLate(circuit), limit);
        Cancellable tooLate = scheduler.schedule(() -> onTooLate(circuit), max(end, limit));
        attempt.firstHop().thenRun(circuit.guard()::answered);
        attempt.circuit().whenComplete((built, failure) -> {
            late.cancel();
            tooLate.cancel();
            if (failure == null) {
                onBuilt(circuit, built);
            } else {
                onFailed(circuit, CircuitFactory.cause(failure));
            }
        });
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private void onBuilt(SuppliedCircuit circuit, Circuit built) {
        built.closed().thenAccept(cause -> onClosed(circuit));
        lock.lock();
        try {
            circuit.circuit = built;
            circuit.builtNanos = ticker.read();
            timeouts.onBuilt(Duration.ofNanos(circuit.builtNanos - startOf(circuit)));
            pace.succeeded();
            if (closed || circuit.state != SuppliedCircuit.State.BUILDING) {
                circuit.guard().succeeded(); // it does work, though too slowly to be used
                retireLocked(circuit);
            } else {
                circuit.state = SuppliedCircuit.State.WAITING_FOR_GUARD;
                afterUnlock.add(() -> settleGuard(circuit));
            }
        } finally {
            unlock();
        }
    }

    private static long startOf(SuppliedCircuit circuit) {
        long channel = circuit.attempt == null ? 0 : circuit.attempt.channelNanos();
        return channel == 0 ? circuit.launchedNanos : channel;
    }

    private void settleGuard(SuppliedCircuit circuit) {
        GuardUse.State verdict = circuit.guard().succeeded();
        if (verdict == GuardUse.State.COMPLETE) {
            onGuardUsable(circuit);
        } else if (verdict == GuardUse.State.DEAD) {
            circuit.circuit.close();
        }
    }

    private void onGuardUsable(SuppliedCircuit circuit) {
        lock.lock();
        try {
            if (circuit.state == SuppliedCircuit.State.WAITING_FOR_GUARD) {
                circuit.state = SuppliedCircuit.State.OPEN;
                serveWishes();
                tellFirsts();
            }
        } finally {
            unlock();
        }
    }

    private void onFailed(SuppliedCircuit circuit, Throwable failure) {
        log.debug("a circuit was not built", failure);
        lock.lock();
        try {
            SuppliedCircuit.State before = circuit.state;
            circuit.state = SuppliedCircuit.State.CLOSED;
            circuits.remove(circuit);
            if (before != SuppliedCircuit.State.CLOSED && !closed) {
                boolean firstHop = reachedFirstHop(circuit);
                Optional<GuardFailure> blame = BuildFailures.blame(failure, firstHop);
                afterUnlock.add(() -> {
                    if (blame.isPresent()) {
                        circuit.guard().failed(blame.get());
                    } else {
                        circuit.guard().cancel();
                    }
                });
                pace.failed(ticker.read());
                afterUnlock.add(this::serveAgain); // once the guard has been told
            }
        } finally {
            unlock();
        }
    }

    private static boolean reachedFirstHop(SuppliedCircuit circuit) {
        return circuit.attempt != null
                && circuit.attempt.firstHop().isDone()
                && !circuit.attempt.firstHop().isCompletedExceptionally();
    }

    private void serveAgain() {
        lock.lock();
        try {
            serveWishes();
            if (!firsts.isEmpty() && !hasOpen() && circuits.stream().noneMatch(CircuitSupply::isPending)) {
                launch(new CircuitNeed(ExitTarget.resolve(), Optional.empty(), ImmutableSet.of()));
                retryFirsts();
            }
        } finally {
            unlock();
        }
    }

    /** While somebody waits for the first circuit, tries go on. */
    private void retryFirsts() {
        if (circuits.stream().noneMatch(CircuitSupply::isPending)) {
            scheduler.schedule(this::serveAgain, Duration.ofSeconds(1));
        }
    }

    /** Longer than most circuits take: not to be used any more, but measured on. */
    private void onLate(SuppliedCircuit circuit) {
        lock.lock();
        try {
            if (circuit.state == SuppliedCircuit.State.BUILDING) {
                circuit.state = SuppliedCircuit.State.TOO_LATE;
                timeouts.onTimedOut(reachedFirstHop(circuit));
                if (!reachedFirstHop(circuit)) {
                    giveUp(circuit, CircuitException.Kind.TIMEOUT); // the guard itself is silent: nothing to measure
                }
                serveWishes();
            }
        } finally {
            unlock();
        }
    }

    private void onTooLate(SuppliedCircuit circuit) {
        lock.lock();
        try {
            if (circuit.circuit == null) {
                giveUp(circuit, CircuitException.Kind.TIMEOUT);
            }
        } finally {
            unlock();
        }
    }

    private void giveUp(SuppliedCircuit circuit, CircuitException.Kind kind) {
        CircuitFactory.Attempt attempt = circuit.attempt;
        if (attempt != null) {
            afterUnlock.add(() -> attempt.cancel(new CircuitException(kind, "the circuit took too long to build")));
        }
    }

    private void onClosed(SuppliedCircuit circuit) {
        circuit.guard().closed();
        lock.lock();
        try {
            circuit.state = SuppliedCircuit.State.CLOSED;
            circuits.remove(circuit);
            serveWishes();
        } finally {
            unlock();
        }
    }

    // Maintenance.

    private void maintainSoon() {
        if (!maintaining && !closed) {
            maintaining = true;
            scheduler.schedule(this::maintain, Duration.ZERO);
        }
    }

    private void maintain() {
        lock.lock();
        try {
            long now = ticker.read();
            expire(now);
            if (network.isPresent() && !closed) {
                buildAhead();
                learn(now);
            }
            // With no circuit and no port to build for there is nothing to maintain until somebody asks.
            maintaining = !closed && (!circuits.isEmpty() || !predicted.ports().isEmpty());
            if (maintaining) {
                scheduler.schedule(this::maintain, MAINTENANCE);
            }
        } finally {
            unlock();
        }
    }

    private void expire(long now) {
        long idleLimit = (timeouts.isLearning() ? LEARNING_IDLE_TIME : IDLE_TIME).toNanos();
        for (SuppliedCircuit circuit : ImmutableList.copyOf(circuits)) {
            if (circuit.circuit == null) {
                continue;
            }
            boolean idle = !circuit.isDirty() && now - circuit.builtNanos > idleLimit;
            boolean over = circuit.state == SuppliedCircuit.State.RETIRED || isWornOut(circuit, now) || idle;
            boolean guardLate = circuit.state == SuppliedCircuit.State.WAITING_FOR_GUARD
                    && circuit.guard().isExpired();
            if (over || guardLate) {
                retireLocked(circuit);
            }
        }
    }

    /** Sees to it that each port lately used has circuits ready that nobody uses. */
    private void buildAhead() {
        ImmutableSet<Integer> ports = predicted.ports();
        for (int port : ports) {
            CircuitNeed need = new CircuitNeed(ExitTarget.port(port), Optional.empty(), ImmutableSet.of());
            long ready =
                    circuits.stream().filter(c -> isFree(c) && c.suits(need)).count();
            for (long i = ready; i < parameters.perPort() && freeCount() < parameters.maxUnused(); i++) {
                if (launch(need).isPresent()) {
                    break;
                }
            }
        }
    }

    private static boolean isFree(SuppliedCircuit circuit) {
        return !circuit.isClaimed() && (isPending(circuit) || circuit.state == SuppliedCircuit.State.OPEN);
    }

    private long freeCount() {
        return circuits.stream().filter(CircuitSupply::isFree).count();
    }

    /** Builds a circuit now and then to learn how long that takes. */
    private void learn(long now) {
        boolean due = timeouts.isLearning()
                && !predicted.ports().isEmpty()
                && freeCount() < MAX_LEARNING_CIRCUITS
                && now - lastLearningNanos >= LEARNING_PAUSE.toNanos();
        if (due) {
            lastLearningNanos = now;
            launch(new CircuitNeed(ExitTarget.anyOf(predicted.ports()), Optional.empty(), ImmutableSet.of()));
        }
    }

    /** Writes down what was learned about build times. Blocks on the storage. */
    public void save() {
        timeouts.save();
    }

    /** Closes all circuits and gives no more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            for (SuppliedCircuit circuit : ImmutableList.copyOf(circuits)) {
                if (circuit.circuit != null) {
                    afterUnlock.add(circuit.circuit::close);
                } else {
                    giveUp(circuit, CircuitException.Kind.CLOSED);
                }
            }
            List<CompletableFuture<?>> waiting = new ArrayList<>(firsts);
            wishes.forEach(wish -> waiting.add(wish.lease()));
            firsts.clear();
            wishes.clear();
            afterUnlock.add(() -> waiting.forEach(one -> one.completeExceptionally(closedException())));
        } finally {
            unlock();
        }
    }

    private static CircuitException closedException() {
        return new CircuitException(CircuitException.Kind.CLOSED, "the client has been closed");
    }

    private void unlock() {
        List<Runnable> tasks = ImmutableList.of();
        if (lock.getHoldCount() == 1 && !afterUnlock.isEmpty()) {
            tasks = new ArrayList<>(afterUnlock);
            afterUnlock.clear();
        }
        lock.unlock();
        for (Runnable task : tasks) {
            task.run();
        }
    }
}
