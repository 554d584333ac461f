package org.onion4j.directory.network;

/**
 * Something in a network description that was passed over.
 *
 * @param line the number of the line, from 1
 * @param message what was passed over, and why
 */
public record NetworkWarning(int line, String message) {
    @Override
    public String toString() {
        return "line " + line + ": " + message;
    }
}
