package org.onion4j.api;

import java.util.OptionalInt;

/** A network configuration cannot be read or is malformed. */
public final class NetworkConfigException extends OnionException {
    private static final long serialVersionUID = 1L;

    private final int line; // 0 if none is at fault

    NetworkConfigException(String message, int line, Throwable cause) {
        super(message, cause);
        this.line = line;
    }

    /** The number of the line at fault, from 1; none if the file could not be read. */
    public OptionalInt line() {
        return line == 0 ? OptionalInt.empty() : OptionalInt.of(line);
    }

    @Override
    OnionException again() {
        return new NetworkConfigException(getMessage(), line, this);
    }
}
