package org.onion4j.api;

/** An onion service could not be reached. Where the service was reached and refused, other exceptions say so. */
public final class OnionServiceException extends OnionException {
    private static final long serialVersionUID = 1L;

    /** Why it could not. */
    public enum Reason {
        /** Nobody knows of the service: it isn't running now, or there never was one. Trying again later may help. */
        NOT_FOUND,
        /** Whether anybody knows of the service can't be said: none of the relays that might could be asked, or answered. */
        NO_DIRECTORY,
        /** The service is for those alone whom it has authorized, and the client has no key for it. */
        NEEDS_AUTHORIZATION,
        /** The service is for those alone whom it has authorized, and the key that the client has is none of theirs. */
        WRONG_AUTHORIZATION,
        /** What the service says of itself can't be used. */
        BAD_DESCRIPTOR,
        /** None of the relays that pass requests on to the service did so. */
        INTRODUCTION_FAILED,
        /** Like {@link #INTRODUCTION_FAILED}, and none of them said anything in time. */
        INTRODUCTION_TIMED_OUT,
        /** The service was told of the request, but did not answer it. */
        NO_ANSWER
    }

    private final Reason reason;

    /** For the library itself. */
    public OnionServiceException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why it could not be reached. */
    public Reason reason() {
        return reason;
    }

    @Override
    OnionException again() {
        return new OnionServiceException(reason, getMessage(), this);
    }
}
