package org.onion4j.directory.guard;

/**
 * Saved guards are not in the form we write them in. The file is to be set aside; the lines that could be read are not
 * lost. The text says which line is at fault, counted from 1, and quotes nothing of it.
 */
public final class GuardStateException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient GuardState readable;

    GuardStateException(String message, GuardState readable) {
        super(message);
        this.readable = readable;
    }

    /** The guards of the lines that are in order, possibly none. */
    public GuardState readable() {
        return readable;
    }
}
