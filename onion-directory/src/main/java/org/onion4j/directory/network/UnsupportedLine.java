package org.onion4j.directory.network;

/**
 * A line about bridges or pluggable transports, understood by name and kept as it is: this release cannot use it.
 *
 * @param line the number of the line, from 1
 * @param option which option it sets
 * @param value what it sets it to, unchecked
 */
public record UnsupportedLine(int line, Option option, String value) {
    /** The options of this kind. */
    public enum Option {
        BRIDGE,
        USE_BRIDGES,
        CLIENT_TRANSPORT_PLUGIN
    }

    /** Names the option alone: a bridge's address is the user's secret. */
    @Override
    public String toString() {
        return "line " + line + ": " + option;
    }
}
