package org.onion4j.directory.supply;

import java.util.concurrent.CompletableFuture;
import org.onion4j.circuit.CircuitException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.view.NetworkView;

/** Who builds circuits for the supply: a {@link CircuitFactory}, or what a test has in its place. Any thread. */
@FunctionalInterface
interface CircuitBuilder {
    /** Builds with a factory. */
    static CircuitBuilder of(CircuitFactory factory) {
        return (path, view) -> {
            CircuitFactory.Attempt attempt = factory.build(path, view);
            CompletableFuture<BuiltCircuit> circuit = attempt.circuit().thenApply(one -> BuiltCircuit.of(one, factory));
            return new Attempt() {
                @Override
                public CompletableFuture<Void> firstHop() {
                    return attempt.firstHop();
                }

                @Override
                public CompletableFuture<BuiltCircuit> circuit() {
                    return circuit;
                }

                @Override
                public long channelNanos() {
                    return attempt.channelNanos();
                }

                @Override
                public boolean isLinkSuspect() {
                    return attempt.isLinkSuspect();
                }

                @Override
                public void cancel(CircuitException cause) {
                    attempt.cancel(cause);
                }
            };
        };
    }

    /** Begins to build a circuit along a path, whose relays belong to the view. Doesn't wait. */
    Attempt build(Path path, NetworkView view);

    /** One circuit being built. */
    interface Attempt {
        /** Done when the first relay has answered on the circuit. */
        CompletableFuture<Void> firstHop();

        /** Done when all relays have answered; else it fails with what went wrong. */
        CompletableFuture<BuiltCircuit> circuit();

        /** When its channel was open, by the ticker; 0 before. */
        long channelNanos();

        /** Whether it may be the link to the first relay that doesn't answer, rather than the relay itself. */
        boolean isLinkSuspect();

        /** Gives it up, with what has been built; no effect once it is done. */
        void cancel(CircuitException cause);
    }
}
