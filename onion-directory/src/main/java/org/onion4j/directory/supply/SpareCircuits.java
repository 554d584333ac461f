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
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;

/**
 * A few circuits of three hops that nobody has used, ready for whoever needs one for an onion service next. There are some
 * only while such circuits have been needed lately; they are built one after the other, a moment after the need, so as not
 * to hold up those who wait for theirs. Spec: path-spec, "Circuits are built in advance".
 *
 * <p>Threading: any thread; guarded by a lock of its own, under which nothing is built or closed.
 */
final class SpareCircuits {
    /** As many as C tor's. */
    static final int COUNT = 3;

    /** For how long after a need they are kept up. */
    static final Duration KEPT_UP = Duration.ofHours(1);

    /** How old one may get, and as much more at random. */
    private static final Duration LEAST_AGE = Duration.ofMinutes(30);

    /** From a need to the first that is built, and from one to the next. */
    static final Duration PAUSE = Duration.ofMillis(500);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(1);

    private record Spare(InternalCircuit circuit, long until) {}

    private final Supplier<CompletableFuture<InternalCircuit>> builder;
    private final RandomSource random;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final ReentrantLock lock = new ReentrantLock();

    // What follows is guarded by the lock.
    private final List<Spare> spares = new ArrayList<>();
    private Optional<Long> neededLast = Optional.empty();
    private boolean building;
    private boolean failed; // the last one that was begun
    private Optional<Scheduler.Cancellable> nextLook = Optional.empty();
    private long nextLookNanos;

    /** @param builder begins a circuit of three hops that can end where it ends, or go on */
    SpareCircuits(
            Supplier<CompletableFuture<InternalCircuit>> builder,
            RandomSource random,
            Ticker ticker,
            Scheduler scheduler) {
        this.builder = builder;
        this.random = random;
        this.ticker = ticker;
        this.scheduler = scheduler;
    }

    /** Somebody needs a circuit: one that fits, if there is one. It is the caller's from now on. */
    Optional<InternalCircuit> take(Predicate<InternalCircuit> fits) {
        Optional<InternalCircuit> taken = Optional.empty();
        lock.lock();
        try {
            long now = ticker.read();
            neededLast = Optional.of(now);
            for (Iterator<Spare> each = spares.iterator(); each.hasNext() && !taken.isPresent(); ) {
                Spare spare = each.next();
                InternalCircuit circuit = spare.circuit();
                if (circuit.circuit().isOpen() && spare.until() - now > 0 && fits.test(circuit)) {
                    taken = Optional.of(circuit);
                    each.remove();
                }
            }
            lookIn(failed ? PAUSE_AFTER_FAILURE : PAUSE);
        } finally {
            lock.unlock();
        }
        return taken;
    }

    /** Under the lock. */
    private void lookIn(Duration delay) {
        long at = ticker.read() + delay.toNanos();
        if (nextLook.isPresent() && nextLookNanos - at <= 0) {
            return;
        }
        nextLook.ifPresent(Scheduler.Cancellable::cancel);
        nextLookNanos = at;
        nextLook = Optional.of(scheduler.schedule(this::look, delay));
    }

    /** Lets those go that are too old, and builds one that is missing. */
    private void look() {
        ImmutableList.Builder<InternalCircuit> old = ImmutableList.builder();
        boolean begin = false;
        lock.lock();
        try {
            long now = ticker.read();
            boolean needed = neededLast.isPresent() && now - neededLast.get() < KEPT_UP.toNanos();
            spares.removeIf(spare -> {
                boolean over = !needed || spare.until() - now <= 0;
                if (over) {
                    old.add(spare.circuit());
                }
                return over || !spare.circuit().circuit().isOpen();
            });
            begin = needed && !building && spares.size() < COUNT;
            building |= begin;
            nextLook = Optional.empty();
            if (needed && !begin) {
                lookIn(LEAST_AGE);
            }
        } finally {
            lock.unlock();
        }
        old.build().forEach(InternalCircuit::close);
        if (begin) {
            build();
        }
    }

    private void build() {
        CompletableFuture<InternalCircuit> circuit;
        try {
            circuit = builder.get();
        } catch (RuntimeException e) {
            onBuilt(Optional.empty());
            throw e;
        }
        circuit.whenComplete((built, failure) -> onBuilt(failure == null ? Optional.of(built) : Optional.empty()));
    }

    private void onBuilt(Optional<InternalCircuit> built) {
        lock.lock();
        try {
            building = false;
            failed = !built.isPresent();
            built.ifPresent(circuit -> spares.add(new Spare(circuit, ticker.read() + age())));
            lookIn(failed ? PAUSE_AFTER_FAILURE : PAUSE);
        } finally {
            lock.unlock();
        }
        built.ifPresent(circuit -> circuit.circuit().closed().thenAccept(cause -> onClosed(circuit)));
    }

    private long age() {
        int more;
        try {
            more = random.nextInt((int) LEAST_AGE.toMillis());
        } catch (RandomnessException e) {
            more = 0;
        }
        return LEAST_AGE.plusMillis(more).toNanos();
    }

    private void onClosed(InternalCircuit circuit) {
        lock.lock();
        try {
            if (spares.removeIf(spare -> spare.circuit() == circuit)) {
                lookIn(PAUSE_AFTER_FAILURE); // its link has gone, or a relay: what comes next should not go the same way
            }
        } finally {
            lock.unlock();
        }
    }
}
