package org.onion4j.directory.supply;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.supply.SuppliedCircuit.State;

/**
 * The circuits of the supply, and which of them is fit for what. Guarded by the lock of {@link CircuitSupply}.
 */
final class CircuitShelf {
    /** A circuit that takes longer to build than this isn't waited for alone. */
    static final Duration PROMISING = Duration.ofSeconds(10);

    private final Duration maxDirtiness;
    private final List<SuppliedCircuit> circuits = new ArrayList<>();

    CircuitShelf(Duration maxDirtiness) {
        this.maxDirtiness = maxDirtiness;
    }

    void add(SuppliedCircuit circuit) {
        circuits.add(circuit);
    }

    void remove(SuppliedCircuit circuit) {
        circuits.remove(circuit);
    }

    boolean isEmpty() {
        return circuits.isEmpty();
    }

    ImmutableList<SuppliedCircuit> all() {
        return ImmutableList.copyOf(circuits);
    }

    int count(Predicate<SuppliedCircuit> which) {
        int count = 0;
        for (SuppliedCircuit circuit : circuits) {
            count += which.test(circuit) ? 1 : 0;
        }
        return count;
    }

    boolean has(Predicate<SuppliedCircuit> which) {
        return find(which).isPresent();
    }

    private Optional<SuppliedCircuit> find(Predicate<SuppliedCircuit> which) {
        for (SuppliedCircuit circuit : circuits) {
            if (which.test(circuit)) {
                return Optional.of(circuit);
            }
        }
        return Optional.empty();
    }

    /** Any circuit that takes streams. */
    Optional<SuppliedCircuit> findOpen() {
        return find(SuppliedCircuit::isUsable);
    }

    /** The circuit that was lately put to such use, else one that nobody has used. */
    Optional<SuppliedCircuit> findOpen(CircuitNeed need, Moment now) {
        SuppliedCircuit best = null;
        for (SuppliedCircuit circuit : circuits) {
            boolean fits = circuit.isUsable() && circuit.suits(need) && !isWornOut(circuit, now);
            if (fits && (best == null || isBetter(circuit, best))) {
                best = circuit;
            }
        }
        return Optional.ofNullable(best);
    }

    private static boolean isBetter(SuppliedCircuit one, SuppliedCircuit other) {
        if (!one.dirtySince().isPresent() || !other.dirtySince().isPresent()) {
            return one.dirtySince().isPresent() && !other.dirtySince().isPresent();
        }
        return one.dirtySince().get().ticks() > other.dirtySince().get().ticks();
    }

    /** Whether it has been in use for so long that it takes no new stream. */
    boolean isWornOut(SuppliedCircuit circuit, Moment now) {
        if (circuit.hasStreams()) {
            circuit.stayInUse(now);
        }
        return circuit.isDirtyFor(maxDirtiness, now);
    }

    /** A circuit that will probably be there for this need soon. */
    Optional<SuppliedCircuit> findPromising(CircuitNeed need, Moment now) {
        return find(circuit -> isPromising(circuit, now) && circuit.suits(need));
    }

    /** How long a circuit for this need has been waiting for a better guard, if any is. */
    Optional<Duration> longestWaitForGuard(CircuitNeed need, Moment now) {
        return circuits.stream()
                .filter(circuit -> circuit.is(State.WAITING_FOR_GUARD) && circuit.suits(need))
                .map(circuit -> circuit.timeUnused(now))
                .max(Comparator.naturalOrder());
    }

    /** Whether it is being built, and not for unduly long, nor through a guard that has made others wait so long. */
    static boolean isPromising(SuppliedCircuit circuit, Moment now) {
        return circuit.is(State.BUILDING)
                && !circuit.isTimedOut()
                && !circuit.launched().isOlderThan(PROMISING, now)
                && !circuit.isPassedOver();
    }

    /** Whether it takes long because of what would be tried again in another one: the relays after its guard, or all guards. */
    static boolean isSlow(SuppliedCircuit circuit, Moment now) {
        return circuit.is(State.BUILDING) && !isPromising(circuit, now) && !circuit.isPassedOver();
    }

    /** Whether no stream uses it or waits for it, and one could use it now or soon. */
    static boolean isFree(SuppliedCircuit circuit) {
        return !circuit.isClaimed() && (circuit.is(State.BUILDING) || circuit.isUsable());
    }

    /** Frees those that no stream has ever been put on. */
    void unclaimUnused() {
        for (SuppliedCircuit circuit : circuits) {
            if (circuit.isClaimed() && !circuit.dirtySince().isPresent()) {
                circuit.unclaim();
            }
        }
    }
}
