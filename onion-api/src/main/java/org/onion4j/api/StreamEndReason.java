package org.onion4j.api;

/**
 * The reason that an exit gives for the end of a stream. For diagnosis: what a program should do differently is told by
 * the class of the exception. Spec: tor-spec, "Closing streams".
 */
public enum StreamEndReason {
    MISC,
    RESOLVEFAILED,
    CONNECTREFUSED,
    EXITPOLICY,
    DESTROY,
    DONE,
    TIMEOUT,
    NOROUTE,
    HIBERNATING,
    INTERNAL,
    RESOURCELIMIT,
    CONNRESET,
    TORPROTOCOL,
    NOTDIRECTORY,
    /** A number that the specification does not name. */
    UNKNOWN
}
