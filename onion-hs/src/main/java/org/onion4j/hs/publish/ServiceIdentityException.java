package org.onion4j.hs.publish;

/** Bytes that were given as the identity key of an onion service are none. The message quotes nothing of them. */
public final class ServiceIdentityException extends Exception {
    private static final long serialVersionUID = 1L;

    ServiceIdentityException(String message) {
        super(message);
    }
}
