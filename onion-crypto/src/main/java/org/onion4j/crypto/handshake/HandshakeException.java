package org.onion4j.crypto.handshake;

/**
 * A circuit handshake failed through the peer's fault: its message has a wrong form, or the proof in it doesn't hold.
 * Whoever was building the circuit gives it up. Says nothing about keys.
 */
public final class HandshakeException extends Exception {
    private static final long serialVersionUID = 1L;

    public HandshakeException(String message) {
        super(message);
    }

    public HandshakeException(String message, Throwable cause) {
        super(message, cause);
    }
}
