package org.onion4j.directory.supply;

import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.Circuit;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.view.Relay;

/** A circuit that leaves nowhere, for one use. Any thread. */
public final class InternalCircuit implements AutoCloseable {
    private final Circuit circuit;
    private final Relay last;
    private final GuardUse guard;
    private final EndChoice end;
    private final CircuitFactory factory;

    /** Who chose where a circuit ends. */
    enum EndChoice {
        OURS,
        /** Somebody who may want it to fail, so that we leave our guard: failures say nothing of the guard. */
        SOMEBODY_ELSES
    }

    InternalCircuit(Circuit circuit, Relay last, GuardUse guard, EndChoice end, CircuitFactory factory) {
        this.circuit = circuit;
        this.last = last;
        this.guard = guard;
        this.end = end;
        this.factory = factory;
    }

    public Circuit circuit() {
        return circuit;
    }

    /** The last relay that is in the view: where it ends, unless somebody else described that relay. */
    public Relay last() {
        return last;
    }

    /** Something was asked over it; while the answer is missing, its link is looked after. */
    public void expect(CompletableFuture<?> answer) {
        factory.expect(circuit, answer);
    }

    /**
     * The far end may say something at any time, and it would not be missed: from now on until it closes, its link is given
     * up within some 80 seconds if it dies in silence.
     */
    public void tend() {
        factory.tend(circuit);
    }

    /** The far end answered, whatever it said: the circuit works. */
    public void answered() {
        guard.used(true);
    }

    /** The far end did not answer, or the circuit died. Counts against the guard only where the end was our choice. */
    public void failed() {
        if (end == EndChoice.OURS) {
            guard.used(false);
        }
    }

    @Override
    public void close() {
        circuit.close();
    }
}
