package org.onion4j.directory.fetch;

/**
 * A request to a directory came to nothing. Closes that request alone; the manager asks another directory. The text
 * names no relay.
 */
public class DirectoryException extends Exception {
    private static final long serialVersionUID = 1L;

    private final FetchOutcome outcome;

    public DirectoryException(FetchOutcome outcome, String message) {
        super(message);
        this.outcome = outcome;
    }

    public DirectoryException(FetchOutcome outcome, String message, Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
    }

    /** How it ended; never {@link FetchOutcome#GOOD}. */
    public FetchOutcome outcome() {
        return outcome;
    }
}
