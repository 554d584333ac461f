package org.onion4j.testnet;

import java.io.IOException;

/** A network for tests could not be started or has not done in time what it was asked; the message says what and why. */
public final class TestNetworkException extends IOException {
    private static final long serialVersionUID = 1L;

    TestNetworkException(String message) {
        super(message);
    }

    TestNetworkException(String message, Throwable cause) {
        super(message, cause);
    }
}
