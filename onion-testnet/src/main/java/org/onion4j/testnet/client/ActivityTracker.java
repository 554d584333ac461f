package org.onion4j.testnet.client;

import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.TimeParticipant;

/**
 * Counts who is at work in the clients of a network: tasks and threads that have begun, less those that wait for something
 * that has not happened. Exact, since work is counted before it is handed on, and what is waited for holds before whoever
 * has brought it about goes idle.
 *
 * <p>Threading: any thread.
 */
public final class ActivityTracker implements Activity, TimeParticipant {
    private final NetworkTime time;
    private final AtomicInteger atWork = new AtomicInteger();
    private final Set<Pause> pauses = ConcurrentHashMap.newKeySet();
    private final Set<BooleanSupplier> works = ConcurrentHashMap.newKeySet(); // compared by identity

    /** Watches nobody yet; to be {@linkplain NetworkTime#register registered} by whoever wants its word heard. */
    public ActivityTracker(NetworkTime time) {
        this.time = time;
    }

    @Override
    public Span begin() {
        atWork.incrementAndGet();
        time.noteActivity();
        AtomicBoolean over = new AtomicBoolean();
        return () -> {
            if (over.compareAndSet(false, true)) {
                atWork.decrementAndGet();
            }
        };
    }

    @Override
    public Span begin(BooleanSupplier until) {
        time.noteActivity();
        works.add(until);
        return () -> works.remove(until);
    }

    @Override
    public Span pause(BooleanSupplier until) {
        Pause pause = new Pause(until);
        pauses.add(pause);
        return pause;
    }

    @Override
    public OptionalLong nextDeadlineNanos() {
        return OptionalLong.empty();
    }

    @Override
    public boolean isIdle() {
        int resting = 0;
        int all = atWork.get();
        for (Pause pause : pauses) {
            if (pause.until.getAsBoolean()) {
                return false;
            }
            resting++;
        }
        for (BooleanSupplier over : works) {
            if (!over.getAsBoolean()) {
                return false;
            }
        }
        return all <= resting;
    }

    @Override
    public void timeMoved() {
        // nobody here waits for a time
    }

    @Override
    public String toString() {
        return "ActivityTracker(" + atWork + " at work, " + pauses.size() + " of them waiting)";
    }

    /** Compared by identity: any number of threads may wait for the same. */
    private final class Pause implements Span {
        private final BooleanSupplier until;

        Pause(BooleanSupplier until) {
            this.until = until;
        }

        @Override
        public void close() {
            if (pauses.remove(this)) {
                time.noteActivity();
            }
        }
    }
}
