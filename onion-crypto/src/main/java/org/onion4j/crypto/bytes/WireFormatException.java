package org.onion4j.crypto.bytes;

/**
 * Bytes from a peer or a document that do not have the form the specification asks for: too short, too long, out of
 * range. Says what field is at fault, never its content. Whoever decodes decides what it closes: the circuit for a
 * relay message, the channel for a cell, the document for a certificate.
 */
public class WireFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    public WireFormatException(String message) {
        super(message);
    }

    public WireFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
