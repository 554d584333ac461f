package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.path.ParameterLookup;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few circuits that nobody has used, ready for whoever needs one for an onion service next. Each is given away once. There
 * are some only while such circuits have been needed lately; they are built one after the other, a moment after the need,
 * so as not to hold up those who wait for theirs. Spec: path-spec, "Clients build circuits preemptively".
 *
 * <p>Threading: any thread; guarded by a lock of its own, under which nothing is built or closed, and nobody is told. One
 * timer is set while there is something to do later, none otherwise.
 *
 * @param <C> what is kept
 */
final class SpareCircuits<C extends SpareCircuits.Spare> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SpareCircuits.class);

    /** As many as C tor's. */
    static final int COUNT = 3;

    /** From a need to the first that is built, and from one to the next: at first there is something better to do. */
    static final Duration PAUSE = Duration.ofMillis(500);

    /** The same after one could not be built, or ended by itself. */
    static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(1);

    /** One circuit. Any thread. */
    interface Spare {
        /** Whether it can be used still. */
        boolean isUsable();

        /** Completes when it closes. */
        CompletableFuture<?> closed();

        void close();
    }

    private record Kept<C>(C circuit, long untilNanos) {}

    private final Consumer<CompletableFuture<C>> builder;
    private final KeptTime keptTime;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final ReentrantLock lock = new ReentrantLock();

    // What follows is guarded by the lock; times are the ticker's.
    private final List<Kept<C>> spares = new ArrayList<>(); // the oldest first
    private Optional<CompletableFuture<C>> building = Optional.empty();
    private Optional<Long> neededUntil = Optional.empty(); // empty before the first need
    private Optional<Long> heldUntil = Optional.empty(); // none is begun before, because of a failure
    private Optional<Scheduler.Cancellable> nextLook = Optional.empty();
    private long nextLookNanos;
    private boolean closed;

    /** @param builder begins to build a circuit for a future; whoever cancels that gives it up */
    SpareCircuits(Consumer<CompletableFuture<C>> builder, RandomSource random, Ticker ticker, Scheduler scheduler) {
        this.builder = builder;
        this.keptTime = new KeptTime(random);
        this.ticker = ticker;
        this.scheduler = scheduler;
    }

    /** Follows the network's parameters. */
    void update(ParameterLookup network) {
        keptTime.update(network);
    }

    /** Somebody needs a circuit: one that fits, if there is one. It is the caller's from now on. */
    Optional<C> take(Predicate<C> fits) {
        long kept = keptTime.draw().toNanos();
        lock.lock();
        try {
            long now = ticker.read();
            if (!isNeeded(now + kept)) {
                neededUntil = Optional.of(now + kept);
            }
            Optional<C> taken = Optional.empty();
            for (Iterator<Kept<C>> each = spares.iterator(); each.hasNext() && !taken.isPresent(); ) {
                Kept<C> spare = each.next();
                if (spare.untilNanos() - now > 0 && spare.circuit().isUsable() && fits.test(spare.circuit())) {
                    taken = Optional.of(spare.circuit());
                    each.remove();
                }
            }
            replaceSoon();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Those that are not what they should be any more go. */
    void dropIf(Predicate<C> which) {
        ImmutableList.Builder<C> dropped = ImmutableList.builder();
        lock.lock();
        try {
            removeIf(spare -> which.test(spare.circuit()), dropped);
            replaceSoon();
        } finally {
            lock.unlock();
        }
        dropped.build().forEach(Spare::close);
    }

    /** All go, and the one that is being built; what has failed before says nothing of those to come. */
    void drop() {
        end(() -> {
            heldUntil = Optional.empty();
            replaceSoon();
        });
    }

    /** All go, and there will be no others. */
    @Override
    public void close() {
        end(() -> {
            closed = true;
            nextLook.ifPresent(Scheduler.Cancellable::cancel);
            nextLook = Optional.empty();
        });
    }

    /** @param then what is done under the lock when none is left */
    private void end(Runnable then) {
        ImmutableList.Builder<C> dropped = ImmutableList.builder();
        Optional<CompletableFuture<C>> unwanted;
        lock.lock();
        try {
            removeIf(spare -> true, dropped);
            unwanted = building;
            building = Optional.empty();
            then.run();
        } finally {
            lock.unlock();
        }
        dropped.build().forEach(Spare::close);
        unwanted.ifPresent(one -> one.cancel(false));
    }

    /** Under the lock. */
    private void removeIf(Predicate<Kept<C>> which, ImmutableList.Builder<C> removed) {
        spares.removeIf(spare -> {
            boolean remove = which.test(spare);
            if (remove) {
                removed.add(spare.circuit());
            }
            return remove;
        });
    }

    /** Under the lock. */
    private boolean isNeeded(long at) {
        return neededUntil.isPresent() && neededUntil.get() - at > 0;
    }

    /** Under the lock. */
    private boolean isMissing(long now) {
        return isNeeded(now) && !building.isPresent() && spares.size() < COUNT;
    }

    /** Has one built after the pause, if one is missing. Under the lock. */
    private void replaceSoon() {
        long now = ticker.read();
        if (isMissing(now)) {
            lookAt(now + Math.max(heldFor(now), PAUSE.toNanos()), now);
        }
    }

    /** Under the lock. */
    private long heldFor(long now) {
        return heldUntil.isPresent() ? Math.max(heldUntil.get() - now, 0) : 0;
    }

    /** Sees to it that there is a look no later than then. Under the lock. */
    private void lookAt(long then, long now) {
        if (closed || (nextLook.isPresent() && nextLookNanos - then <= 0)) {
            return;
        }
        nextLook.ifPresent(Scheduler.Cancellable::cancel);
        nextLookNanos = then;
        nextLook = Optional.of(scheduler.schedule(this::look, Duration.ofNanos(Math.max(then - now, 0))));
    }

    /** Lets those go that are too old, and builds one that is missing. */
    private void look() {
        ImmutableList.Builder<C> old = ImmutableList.builder();
        Optional<CompletableFuture<C>> begun = Optional.empty();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            long now = ticker.read();
            nextLook = Optional.empty();
            removeIf(
                    spare -> !isNeeded(now)
                            || spare.untilNanos() - now <= 0
                            || !spare.circuit().isUsable(),
                    old);
            if (isMissing(now) && heldFor(now) == 0) {
                begun = Optional.of(new CompletableFuture<>());
                building = begun;
            }
            replaceSoon();
            lookAtNextEnd(now);
        } finally {
            lock.unlock();
        }
        old.build().forEach(Spare::close);
        begun.ifPresent(this::begin);
    }

    /** A look is due when the next of them is too old, or none is needed any more. Under the lock. */
    private void lookAtNextEnd(long now) {
        for (Kept<C> spare : spares) {
            lookAt(isNeeded(spare.untilNanos()) ? spare.untilNanos() : neededUntil.get(), now);
        }
    }

    private void begin(CompletableFuture<C> circuit) {
        try {
            long kept = keptTime.draw().toNanos();
            circuit.whenComplete((built, failure) -> {
                if (failure == null) {
                    onBuilt(circuit, built, kept);
                } else {
                    onFailed(circuit, failure);
                }
            });
            builder.accept(circuit);
        } catch (RuntimeException | Error e) {
            onFailed(circuit, e);
            circuit.completeExceptionally(e);
        }
    }

    private void onBuilt(CompletableFuture<C> wish, C circuit, long kept) {
        boolean wanted;
        lock.lock();
        try {
            wanted = isBuilding(wish);
            if (wanted) {
                long now = ticker.read();
                building = Optional.empty();
                heldUntil = Optional.empty();
                spares.add(new Kept<>(circuit, now + kept));
                replaceSoon();
                lookAtNextEnd(now);
            }
        } finally {
            lock.unlock();
        }
        if (wanted) {
            circuit.closed().thenRun(() -> onClosed(circuit));
        } else {
            circuit.close();
        }
    }

    private void onFailed(CompletableFuture<C> wish, Throwable why) {
        lock.lock();
        try {
            if (isBuilding(wish)) {
                log.debug("no circuit is kept spare", why);
                building = Optional.empty();
                hold();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is the one that is waited for. Under the lock. */
    private boolean isBuilding(CompletableFuture<C> wish) {
        return building.isPresent() && building.get() == wish;
    }

    /** It closes by itself: its link has gone, or a relay, and what comes next should not go the same way. */
    private void onClosed(C circuit) {
        lock.lock();
        try {
            if (spares.removeIf(spare -> spare.circuit() == circuit)) {
                hold();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void hold() {
        heldUntil = Optional.of(ticker.read() + PAUSE_AFTER_FAILURE.toNanos());
        replaceSoon();
    }
}
