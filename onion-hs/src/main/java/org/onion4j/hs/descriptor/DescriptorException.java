package org.onion4j.hs.descriptor;

/** A descriptor can't be used. Says nothing of the service. */
public final class DescriptorException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why it can't. */
    public enum Kind {
        /** It is malformed, out of date, wrongly signed, or another service's. Another directory may have a good one. */
        INVALID,
        /** It is older than one that the caller has. Another directory may have a newer one. */
        OLDER,
        /** The inner layer can't be read without the key of an authorized client, or is broken. */
        NEEDS_AUTHORIZATION,
        /** The inner layer can't be read with the key we have, or is broken. */
        WRONG_AUTHORIZATION
    }

    private final Kind kind;

    DescriptorException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    DescriptorException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    static DescriptorException invalid(String message) {
        return new DescriptorException(Kind.INVALID, message);
    }

    static DescriptorException invalid(String layer, Throwable cause) {
        return new DescriptorException(Kind.INVALID, layer + ": " + cause.getMessage(), cause);
    }

    public Kind kind() {
        return kind;
    }
}
