package org.onion4j.directory.supply;

import static com.google.common.base.Preconditions.checkState;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.view.Relay;

/**
 * One circuit of the supply, from its launch to its end. Guarded by the lock of {@link CircuitSupply}, but for what
 * never changes: path and guard.
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
        CLOSED;

        private Set<State> successors() {
            return switch (this) {
                case BUILDING -> EnumSet.of(TOO_LATE, WAITING_FOR_GUARD, CLOSED);
                case TOO_LATE -> EnumSet.of(RETIRED, CLOSED);
                case WAITING_FOR_GUARD -> EnumSet.of(OPEN, RETIRED, CLOSED);
                case OPEN -> EnumSet.of(RETIRED, CLOSED);
                case RETIRED -> EnumSet.of(CLOSED);
                case CLOSED -> EnumSet.noneOf(State.class);
            };
        }
    }

    private final Path path;
    private final GuardUse guard;
    private final boolean stable;
    private final Moment launched;
    private State state = State.BUILDING;
    private Optional<CircuitBuilder.Attempt> attempt = Optional.empty();
    private Cancellable timer = () -> {};
    private boolean timedOut;
    private Optional<BuiltCircuit> built = Optional.empty();
    private Optional<Moment> unusedSince = Optional.empty(); // since it was built
    private Duration keptUnused = Duration.ZERO;
    private boolean survived;
    private boolean claimed;
    private Optional<Object> isolation = Optional.empty(); // while claimed
    private Optional<Moment> dirtySince = Optional.empty();
    private Optional<Moment> lastLease = Optional.empty();
    private boolean proven;

    SuppliedCircuit(Path path, GuardUse guard, boolean stable, Moment launched) {
        this.path = path;
        this.guard = guard;
        this.stable = stable;
        this.launched = launched;
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

    Moment launched() {
        return launched;
    }

    State state() {
        return state;
    }

    boolean is(State wanted) {
        return state == wanted;
    }

    void moveTo(State next) {
        checkState(state.successors().contains(next), "%s to %s", state, next);
        state = next;
    }

    /** It takes no new stream any more. */
    void retire() {
        if (state != State.RETIRED && state != State.CLOSED) {
            moveTo(State.RETIRED);
        }
    }

    // While it is built.

    /** Not built yet, and not given up. */
    boolean isUnfinished() {
        return state == State.BUILDING || state == State.TOO_LATE;
    }

    void begun(CircuitBuilder.Attempt started) {
        attempt = Optional.of(started);
    }

    Optional<CircuitBuilder.Attempt> attempt() {
        return attempt;
    }

    /** What happens next, instead of what was to happen. */
    void setTimer(Cancellable next) {
        timer.cancel();
        timer = next;
    }

    boolean hasFirstHop() {
        return attempt.isPresent()
                && attempt.get().firstHop().isDone()
                && !attempt.get().firstHop().isCompletedExceptionally();
    }

    /** Whether its guard doesn't answer, and another would be used by now. */
    boolean isPassedOver() {
        return !hasFirstHop() && guard.isPassedOver();
    }

    /** Whether it has been counted as one that took too long. */
    boolean isTimedOut() {
        return timedOut;
    }

    void markTimedOut() {
        timedOut = true;
    }

    // Once it is built.

    void built(BuiltCircuit circuit, Moment now, Duration kept) {
        built = Optional.of(circuit);
        unusedSince = Optional.of(now);
        keptUnused = kept;
        timer.cancel();
    }

    Optional<BuiltCircuit> built() {
        return built;
    }

    boolean isUsable() {
        return state == State.OPEN && built.get().isOpen();
    }

    boolean hasStreams() {
        return built.isPresent() && built.get().streamCount() > 0;
    }

    /** Whether it has carried no stream for so long that it should end. */
    boolean isUnusedFor(Duration limit, Moment now) {
        return !dirtySince.isPresent()
                && unusedSince.isPresent()
                && unusedSince.get().isOlderThan(limit, now);
    }

    /** How long it has been there, as far as nobody has used it. */
    Duration timeUnused(Moment now) {
        return unusedSince.map(since -> since.until(now)).orElse(Duration.ZERO);
    }

    /** Whether it has been there for so long, unused; tells so once. */
    boolean takeSurvived(Duration time, Moment now) {
        boolean first = !survived && isUnusedFor(time, now);
        survived |= first;
        return first;
    }

    /** How long it is kept if nobody uses it. */
    Duration keptUnused() {
        return keptUnused;
    }

    // Use.

    /** Whether a stream may use it, if it is or gets built. */
    boolean suits(CircuitNeed need) {
        return (!claimed || isolation.equals(need.isolation())) && (stable || !need.isStable()) && need.allows(exit());
    }

    /** From now on it is for streams of this isolation value alone. */
    void claim(Optional<Object> value) {
        claimed = true;
        isolation = value;
    }

    /** It is free again: no stream was ever put on it. */
    void unclaim() {
        checkState(!dirtySince.isPresent(), "streams have used it");
        claimed = false;
        isolation = Optional.empty();
    }

    boolean isClaimed() {
        return claimed;
    }

    /**
     * A stream is put on it. What was claimed for an isolation value stays fit for new streams while these go on coming;
     * other circuits don't.
     */
    void use(Moment now) {
        if (!dirtySince.isPresent() || isolation.isPresent()) {
            dirtySince = Optional.of(now);
        }
        lastLease = Optional.of(now);
    }

    /** Streams use it still. */
    void stayInUse(Moment now) {
        if (isolation.isPresent()) {
            dirtySince = Optional.of(now);
        }
    }

    /** Since when it has been in use; empty if no stream was ever put on it. */
    Optional<Moment> dirtySince() {
        return dirtySince;
    }

    boolean isDirtyFor(Duration limit, Moment now) {
        return dirtySince.isPresent() && dirtySince.get().isOlderThan(limit, now);
    }

    /** Whether somebody was given it so lately that a stream may be about to be opened. */
    boolean isLeasedWithin(Duration time, Moment now) {
        return lastLease.isPresent() && !lastLease.get().isOlderThan(time, now);
    }

    /** Whether a far end has answered through it. */
    boolean isProven() {
        return proven;
    }

    void markProven() {
        proven = true;
    }
}
