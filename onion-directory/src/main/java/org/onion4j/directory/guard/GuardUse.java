package org.onion4j.directory.guard;

import static com.google.common.base.Preconditions.checkState;

import java.util.EnumSet;
import java.util.Set;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.view.Relay;

/**
 * One circuit's hold of a guard: says which relay to connect to, is told what becomes of the circuit, and says when the
 * circuit may carry streams. Whoever builds the circuit reports {@link #succeeded}, {@link #failed} or {@link #cancel}
 * once, and {@link #closed} when the circuit is gone. Spec: guard-spec, "Selecting guards for circuits".
 *
 * <p>Threading: any thread; the fields are guarded by the lock of the {@link GuardManager}. No method blocks.
 */
public final class GuardUse {
    /** The state of a circuit as its guard has it. */
    public enum State {
        /** Being built through a primary guard. */
        USABLE_ON_COMPLETION,
        /** Being built through another guard, because the primary ones seem down. */
        USABLE_IF_NO_BETTER_GUARD,
        /** Built, but not to be used as long as a better guard may work. */
        WAITING_FOR_BETTER_GUARD,
        /** Built, and to be used. */
        COMPLETE,
        /** Of no use any more. */
        DEAD;

        private Set<State> successors() {
            return switch (this) {
                case USABLE_ON_COMPLETION -> EnumSet.of(COMPLETE, DEAD);
                case USABLE_IF_NO_BETTER_GUARD -> EnumSet.of(WAITING_FOR_BETTER_GUARD, COMPLETE, DEAD);
                case WAITING_FOR_BETTER_GUARD -> EnumSet.of(COMPLETE, DEAD);
                case COMPLETE -> EnumSet.of(DEAD);
                case DEAD -> EnumSet.noneOf(State.class);
            };
        }
    }

    private final GuardManager manager;
    final Guard guard;
    final GuardRestriction restriction;
    private final Relay relay;
    final boolean silentBefore; // whether the network had been silent for long when this began
    private State state;
    Moment since;
    private boolean answered;
    private Runnable onUsable = () -> {};

    GuardUse(
            GuardManager manager,
            Guard guard,
            GuardRestriction restriction,
            State state,
            boolean silentBefore,
            Moment now) {
        this.manager = manager;
        this.guard = guard;
        this.restriction = restriction;
        this.relay = guard.relay.get();
        this.silentBefore = silentBefore;
        this.state = state;
        this.since = now;
    }

    /** The relay to connect to, as the view had it when the guard was chosen. */
    public Relay relay() {
        return relay;
    }

    public State state() {
        return manager.stateOf(this);
    }

    /** Something came back from the guard (a link handshake, a circuit's first hop): the network works. */
    public void answered() {
        manager.answered(this);
    }

    /**
     * The circuit is built (or the directory request's one hop is).
     *
     * @return the state it has now: usable if {@link State#COMPLETE}, to be kept if {@link
     *     State#WAITING_FOR_BETTER_GUARD}, else to be closed
     */
    public State succeeded() {
        return manager.succeeded(this);
    }

    /** The circuit was not built. */
    public void failed(GuardFailure why) {
        manager.failed(this, why);
    }

    /** The link to the guard was found dead: whether the guard works isn't known any more. */
    public void doubted() {
        manager.doubted(this);
    }

    /** The circuit is given up for a reason that says nothing of the guard. */
    public void cancel() {
        manager.closed(this);
    }

    /** The circuit is gone. Safe in any state, more than once. */
    public void closed() {
        manager.closed(this);
    }

    /**
     * The circuit, once built, was used for what it is for.
     *
     * @param good whether the far end answered, with whatever; false if the circuit died or stayed silent
     */
    public void used(boolean good) {
        manager.used(this, good);
    }

    /** A directory request through the guard gave a valid document, or did not. */
    public void directoryAnswered(boolean good) {
        manager.directoryAnswered(this, good);
    }

    /** Whether the guard has been silent for so long that new circuits go through another primary one. */
    public boolean isPassedOver() {
        return manager.isPassedOver(this);
    }

    /** Whether the circuit has waited for a better guard for so long that it should be closed. */
    public boolean isExpired() {
        return manager.isExpired(this);
    }

    /**
     * Runs a task once the circuit becomes usable after having waited, on the thread whose report made it so: it must be
     * quick. One task; to be set before {@link #succeeded}.
     */
    public void onUsable(Runnable task) {
        manager.onUsable(this, task);
    }

    // What follows is called with the manager's lock held.

    State stateLocked() {
        return state;
    }

    void move(State next, Moment now) {
        checkState(state.successors().contains(next), "%s to %s", state, next);
        state = next;
        since = now;
    }

    void setOnUsable(Runnable task) {
        onUsable = task;
    }

    Runnable onUsableTask() {
        return onUsable;
    }

    void setAnswered() {
        answered = true;
    }

    boolean isUnanswered() {
        return isBuilding() && !answered;
    }

    boolean isBuilding() {
        return state == State.USABLE_ON_COMPLETION || state == State.USABLE_IF_NO_BETTER_GUARD;
    }
}
