package org.onion4j.directory.doc;

/**
 * A directory document, or something inside one, does not have the form the specification asks for, or a signature in
 * it is wrong. Whoever asked for the document discards it and asks elsewhere; nothing else comes to harm. The text says
 * what is wrong and in which line, counted from 1 (0 where no line is at fault), but quotes no content.
 */
public class DocumentException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    public DocumentException(String message) {
        super(message);
        this.line = 0;
    }

    public DocumentException(int line, String message) {
        super("line " + line + ": " + message);
        this.line = line;
    }

    public DocumentException(String message, Throwable cause) {
        super(message, cause);
        this.line = 0;
    }

    /** The line at fault, from 1, or 0 where the fault is not in one line. */
    public int line() {
        return line;
    }
}
