package org.onion4j.circuit;

/** A relay broke the rules on a circuit, which is closed for it; nothing else is. */
final class ProtocolViolation extends Exception {
    private static final long serialVersionUID = 1L;

    ProtocolViolation(String message) {
        super(message);
    }

    ProtocolViolation(String message, Throwable cause) {
        super(message, cause);
    }
}
