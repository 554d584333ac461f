package org.onion4j.examples;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Words for what went wrong: one line, whatever stood in an argument or an answer. */
final class Failures {
    private static final int MAX_LEN = 500;

    private Failures() {}

    /** Makes one line of a message that may hold anything. */
    static String oneLine(String message) {
        StringBuilder line = new StringBuilder();
        message.codePoints().limit(MAX_LEN).forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return line.toString();
    }

    /** Why an operation failed; exceptions of the JDK don't always say. */
    static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** Why a file can't be read or written: exceptions of the JDK repeat its name. */
    static String unreadable(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return file + ": there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return file + ": access denied";
        }
        return file + ": " + reason(e);
    }

    /** Why a file can't be written, in words, and what is in the way. */
    static String unwritable(IOException e) {
        if (e instanceof FileAlreadyExistsException) {
            return e.getMessage() + " is a file";
        }
        if (e instanceof AccessDeniedException) {
            return e.getMessage() + ": access denied";
        }
        if (e instanceof NoSuchFileException) {
            return e.getMessage() + " can't be made";
        }
        return reason(e);
    }
}
