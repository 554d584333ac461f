package org.onion4j.directory.guard;

/** What a guard is wanted for. */
public enum GuardUsage {
    /** A circuit of several hops. */
    TRAFFIC,
    /** A circuit of one hop for a directory request: the guard's microdescriptor isn't needed. */
    DIRECTORY
}
