package org.onion4j.directory.fetch;

/** How a request to a directory ended. */
public enum FetchOutcome {
    /** With documents that are what they should be. */
    GOOD,
    /** No stream could be opened, or it broke. */
    UNREACHABLE,
    /** Its certificates are out of their time by our clock: that, or its own, is wrong. */
    WRONG_CLOCK,
    /** It came to nothing in the time allowed. */
    TIMED_OUT,
    /** With an answer that is no good: malformed, too large, of a document that doesn't verify. */
    BAD_ANSWER,
    /** The directory doesn't have the documents, or not all, or refused politely. */
    NOT_FOUND,
    /** We no longer wanted it: says nothing about the directory. */
    CANCELLED
}
