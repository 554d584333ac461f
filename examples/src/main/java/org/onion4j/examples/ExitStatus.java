package org.onion4j.examples;

/** What the command line's exit status tells a script. */
final class ExitStatus {
    static final int SUCCESS = 0;
    static final int STREAM_FAILED = 1;
    static final int BAD_ARGUMENTS = 2;
    static final int BOOTSTRAP_FAILED = 3;
    /** A consensus that must not be trusted. */
    static final int UNTRUSTED = 4;

    private ExitStatus() {}
}
