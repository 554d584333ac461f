package org.onion4j.crypto.cert;

import java.time.Instant;
import java.util.Optional;

/**
 * A certificate that must not be believed, whoever showed it. Whoever asked for it treats the channel or the document as
 * not authentic. Says nothing about keys.
 */
public final class InvalidCertificateException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final Instant bound; // null unless the reason is the time

    public InvalidCertificateException(Reason reason, String message) {
        this(reason, message, (Throwable) null);
    }

    public InvalidCertificateException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.bound = null;
    }

    /**
     * For {@link Reason#EXPIRED} and {@link Reason#NOT_YET_VALID}.
     *
     * @param bound the last, or the first, moment at which it is valid
     */
    InvalidCertificateException(Reason reason, String message, Instant bound) {
        super(message);
        this.reason = reason;
        this.bound = bound;
    }

    /** What is wrong. */
    public Reason reason() {
        return reason;
    }

    /** The last moment at which it is valid if it has expired, the first one if it isn't valid yet; else empty. */
    public Optional<Instant> bound() {
        return Optional.ofNullable(bound);
    }

    /** What can be wrong with a certificate. */
    public enum Reason {
        /** A certificate that has to be there isn't. */
        MISSING,
        /** Its bytes don't have the form of its kind. */
        MALFORMED,
        /** It is of another type than the place asks for. */
        WRONG_TYPE,
        /** It certifies another key than the expected one, or one of a kind or size that isn't allowed. */
        WRONG_KEY,
        /** It doesn't say who signed it, or names another signer than the expected one. */
        WRONG_SIGNER,
        /** An extension that nobody here understands affects whether it is valid. */
        UNKNOWN_EXTENSION,
        /** Its time is over, or the local clock is ahead. */
        EXPIRED,
        /** Its time has not come, or the local clock is behind. */
        NOT_YET_VALID,
        /** The signature isn't the signer's. */
        BAD_SIGNATURE
    }
}
