package org.onion4j.circuit;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.circuit.flow.FixedWindowFlow;

/**
 * What a circuit takes from the consensus. Spec: param-spec.
 *
 * @param circuitWindow parameter circwindow: DATA messages that may be under way to a hop, 100 to 1000
 */
public record CircuitParameters(int circuitWindow) {
    /** What holds where there is no consensus yet. */
    public static final CircuitParameters DEFAULT = new CircuitParameters(FixedWindowFlow.CIRCUIT_WINDOW);

    public CircuitParameters {
        checkArgument(
                circuitWindow >= FixedWindowFlow.CIRCUIT_INCREMENT && circuitWindow <= FixedWindowFlow.CIRCUIT_WINDOW,
                "circuit window %s",
                circuitWindow);
    }
}
