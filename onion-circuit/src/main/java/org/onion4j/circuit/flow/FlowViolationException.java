package org.onion4j.circuit.flow;

/** The peer broke the rules of flow control, which closes the circuit as a protocol violation. */
public final class FlowViolationException extends Exception {
    private static final long serialVersionUID = 1L;

    public FlowViolationException(String message) {
        super(message);
    }
}
