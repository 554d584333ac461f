package org.onion4j.directory.network;

/** A network description is malformed. Nothing of it may be used. */
public final class NetworkDescriptionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    /**
     * @param line the number of the line at fault, from 1
     * @param problem what is wrong with it
     */
    public NetworkDescriptionException(int line, String problem) {
        super("line " + line + ": " + problem);
        this.line = line;
    }

    /** The number of the line at fault, from 1. */
    public int line() {
        return line;
    }
}
