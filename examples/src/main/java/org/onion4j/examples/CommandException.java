package org.onion4j.examples;

/** Ends a command: one line for the person who gave it, and an exit status for a script. */
final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    CommandException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** What was asked for can't be done as it was asked. */
    static CommandException badArgument(String message) {
        return new CommandException(ExitStatus.BAD_ARGUMENTS, message, null);
    }

    int status() {
        return status;
    }
}
