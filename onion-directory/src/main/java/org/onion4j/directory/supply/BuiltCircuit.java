package org.onion4j.directory.supply;

import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;

/** What the supply does with a circuit that has been built. Any thread. */
interface BuiltCircuit {
    /** A real one. */
    static BuiltCircuit of(Circuit circuit, CircuitFactory factory) {
        return new BuiltCircuit() {
            @Override
            public Circuit circuit() {
                return circuit;
            }

            @Override
            public boolean isOpen() {
                return circuit.isOpen();
            }

            @Override
            public int streamCount() {
                return circuit.streamCount();
            }

            @Override
            public CompletableFuture<CircuitException> closed() {
                return circuit.closed();
            }

            @Override
            public void expect(CompletableFuture<?> answer) {
                factory.expect(circuit, answer);
            }

            @Override
            public void close() {
                circuit.close();
            }
        };
    }

    /** The circuit, for whoever puts streams on it. */
    Circuit circuit();

    boolean isOpen();

    /** How many streams are open or opening. */
    int streamCount();

    /** Completes with the cause when the circuit closes. */
    CompletableFuture<CircuitException> closed();

    /** Something was asked over it; while the answer is missing, its link is looked after. */
    void expect(CompletableFuture<?> answer);

    /** Closes it, and its streams. */
    void close();
}
