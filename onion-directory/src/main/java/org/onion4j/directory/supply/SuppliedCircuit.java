package org.onion4j.directory.supply;

import java.util.Optional;
import org.onion4j.circuit.Circuit;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.view.Relay;

/**
 * One circuit of the supply, from its launch to its end. Guarded by the lock of {@link CircuitSupply}.
 */
final class SuppliedCircuit {
    /** Where it stands. */
    enum State {
        /** Relays are being asked. */
        BUILDING,
        /** The time for building is over; it is only measured on. */
        TOO_LATE,
        /** Built, but a better guard may work. */
        WAITING_FOR_GUARD,
        /** Takes streams. */
        OPEN,
        /** Takes no new stream; closed with its last one. */
        RETIRED,
        /** Gone. */
        CLOSED
    }

    private final Path path;
    private final GuardUse guard;
    private final boolean stable;
    final long launchedNanos;
    State state = State.BUILDING;
    CircuitFactory.Attempt attempt;
    Circuit circuit; // once built
    long builtNanos;
    private boolean claimed;
    private Optional<Object> isolation = Optional.empty(); // once claimed
    private boolean dirty;
    private long dirtyNanos;

    SuppliedCircuit(Path path, GuardUse guard, boolean stable, long launchedNanos) {
        this.path = path;
        this.guard = guard;
        this.stable = stable;
        this.launchedNanos = launchedNanos;
    }

    Path path() {
        return path;
    }

    GuardUse guard() {
        return guard;
    }

    Relay exit() {
        return path.last();
    }

    /** Whether a stream may use it, if it is or gets built. */
    boolean suits(CircuitNeed need) {
        return (!claimed || isolation.equals(need.isolation())) && (stable || !need.isStable()) && need.allows(exit());
    }

    /** From now on it is for streams of this isolation value alone. */
    void claim(Optional<Object> value) {
        claimed = true;
        isolation = value;
    }

    boolean isClaimed() {
        return claimed;
    }

    boolean isStable() {
        return stable;
    }

    /** A stream is put on it. */
    void use(long now) {
        if (!dirty || isolation.isPresent()) {
            dirty = true;
            dirtyNanos = now;
        }
    }

    boolean isDirty() {
        return dirty;
    }

    /** Since when it has been dirty, by the ticker. */
    long dirtyNanos() {
        return dirtyNanos;
    }
}
