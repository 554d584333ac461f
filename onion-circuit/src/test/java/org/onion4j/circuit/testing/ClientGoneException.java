package org.onion4j.circuit.testing;

import java.io.IOException;

/** Something was to be sent to a client that has closed the circuit or the link. No failure of the relay's. */
public final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    ClientGoneException(String message) {
        super(message);
    }

    ClientGoneException(Throwable cause) {
        super("the client has closed the link", cause);
    }
}
