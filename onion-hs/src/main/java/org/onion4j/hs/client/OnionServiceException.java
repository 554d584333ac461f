package org.onion4j.hs.client;

import java.io.IOException;

/** An onion service could not be reached. Names neither the service nor any relay. */
public final class OnionServiceException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What a caller may want to tell apart. */
    public enum Kind {
        /** No directory has a descriptor of it: it isn't running, or never existed. */
        NOT_FOUND,
        /** None of the directories that may have a descriptor of it could be asked, or answered. */
        NO_DIRECTORY,
        /** It is for authorized clients alone, and we have no key. */
        NEEDS_AUTHORIZATION,
        /** It doesn't know the key that we have. */
        WRONG_AUTHORIZATION,
        /** What directories have of it can't be used. */
        BAD_DESCRIPTOR,
        /** It has no introduction point, or none took us on, or no circuits could be built for it. */
        INTRODUCTION_FAILED,
        /** It has introduction points, and all that were tried were silent for too long. */
        INTRODUCTION_TIMED_OUT,
        /** It was told of us, but has not come, or the circuit to it was lost at once. */
        RENDEZVOUS_FAILED,
        /** The client has been closed. */
        CLOSED
    }

    private final Kind kind;

    OnionServiceException(Kind kind, String message) {
        this(kind, message, null);
    }

    OnionServiceException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
