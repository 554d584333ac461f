package org.onion4j.circuit.padding;

import static com.google.common.base.Preconditions.checkState;

import java.util.Optional;
import java.util.function.Consumer;
import org.onion4j.circuit.cell.PaddingAction;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.PaddingNegotiate;
import org.onion4j.circuit.message.PaddingNegotiated;
import org.onion4j.circuit.message.RelayMessage;

/**
 * The padding of one circuit: our side of its one machine, and what the second hop may send because of it. Spec:
 * padding-spec, "Circuit padding machine message management".
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
public final class CircuitPadding {
    /** The hop that pads, from 0. */
    public static final int HOP = 1;

    /** The first machine of a circuit; there is no second one. */
    private static final long COUNTER = 1;

    private enum State {
        NONE,
        ASKED,
        RUNNING,
        OVER
    }

    private State state = State.NONE;
    private Optional<PaddingMachine> machine = Optional.empty();
    private int dropsLeft;

    /** Whether a machine was ever started. */
    public boolean isStarted() {
        return state != State.NONE;
    }

    /**
     * Asks the hop to run its machine, and runs ours: our DROPs go out before the hop can have answered, as they are to.
     *
     * @param toHop sends a message to hop {@link #HOP}
     */
    public void start(PaddingMachine pair, OwnPadding own, Consumer<RelayMessage> toHop) {
        checkState(!isStarted(), "the circuit is padded already");
        state = State.ASKED;
        machine = Optional.of(pair);
        dropsLeft = pair.hopDrops();
        toHop.accept(new PaddingNegotiate(PaddingAction.START, pair.number(), 0, COUNTER));
        for (int i = 0; i < (own == OwnPadding.SENT ? pair.ownDrops() : 0); i++) {
            toHop.accept(new Drop());
        }
    }

    /** A DROP has come. Returns whether the hop owes it to its machine. */
    public boolean takeDrop(int hop) {
        if (hop != HOP || state != State.RUNNING || dropsLeft == 0) {
            return false;
        }
        dropsLeft--;
        return true;
    }

    /** Whether PADDING_NEGOTIATED may come from a hop now. */
    public boolean mayAnswer(int hop) {
        return hop == HOP && (state == State.ASKED || state == State.RUNNING);
    }

    /**
     * PADDING_NEGOTIATED has come from a hop that {@link #mayAnswer}.
     *
     * @return whether it says something that the hop can have to say: the answer to our question, once, or that its
     *     machine has stopped
     */
    public boolean take(PaddingNegotiated message) {
        boolean ours = message.machine() == machine.get().number() && message.machineCounter() == COUNTER;
        if (!ours || (message.action() == PaddingAction.START) != (state == State.ASKED)) {
            return false;
        }
        boolean runs = message.action() == PaddingAction.START && message.response() == PaddingNegotiated.OK;
        state = runs ? State.RUNNING : State.OVER;
        return true;
    }
}
