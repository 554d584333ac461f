package org.onion4j.directory.supply;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.padding.OwnPadding;
import org.onion4j.circuit.padding.PaddingMachine;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.view.Relay;

/** A circuit that leaves nowhere, for one use. Any thread. */
public final class InternalCircuit implements AutoCloseable, SpareCircuits.Spare {
    private static final Duration PADDED_LIFETIME = Duration.ofMinutes(10);

    private final Circuit circuit;
    private final Path path;
    private final GuardUse guard;
    private final EndChoice end;
    private final CircuitFactory factory;
    private final Optional<OwnPadding> padding;
    private final Scheduler scheduler;
    private volatile boolean padded;

    /** Who chose where a circuit ends. */
    enum EndChoice {
        OURS,
        /** Somebody who may want it to fail, so that we leave our guard: failures say nothing of the guard. */
        SOMEBODY_ELSES
    }

    /**
     * @param path its relays, but for a last one that somebody else described
     * @param padding whether its set-up can be padded
     */
    InternalCircuit(
            Circuit circuit,
            Path path,
            GuardUse guard,
            EndChoice end,
            CircuitFactory factory,
            Optional<OwnPadding> padding,
            Scheduler scheduler) {
        this.circuit = circuit;
        this.path = path;
        this.guard = guard;
        this.end = end;
        this.factory = factory;
        this.padding = padding;
        this.scheduler = scheduler;
    }

    public Circuit circuit() {
        return circuit;
    }

    /** The last relay that is in the view: where it ends, unless somebody else described that relay. */
    public Relay last() {
        return path.last();
    }

    /** Its relays, but for a last one that somebody else described. */
    Path path() {
        return path;
    }

    /** The same circuit with one hop more, which somebody else chose; its path without that one if it isn't in the view. */
    InternalCircuit extended(Path longer) {
        return new InternalCircuit(circuit, longer, guard, EndChoice.SOMEBODY_ELSES, factory, padding, scheduler);
    }

    @Override
    public boolean isUsable() {
        return circuit.isOpen() && guard.state() == GuardUse.State.COMPLETE;
    }

    @Override
    public CompletableFuture<CircuitException> closed() {
        return circuit.closed();
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

    /** Hides what the circuit is for, if its second hop can help with that. Once at most. */
    public void pad(PaddingMachine machine) {
        padding.ifPresent(own -> {
            padded = true;
            circuit.pad(machine, own);
        });
    }

    /**
     * It has served its purpose. One whose purpose was hidden stays for as long as circuits do that streams have used, lest
     * its short life tell. Spec: padding-spec, "Client-side onion service introduction circuit obfuscation".
     */
    public void retire() {
        if (!padded) {
            close();
            return;
        }
        Scheduler.Cancellable timer = scheduler.schedule(circuit::close, PADDED_LIFETIME);
        circuit.closed().thenRun(timer::cancel);
    }

    @Override
    public void close() {
        circuit.close();
    }
}
