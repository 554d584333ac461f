package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * A message without a type of its own: its command is unknown, no longer in use (EXTEND, EXTENDED), or not yet of use
 * to us. {@link RelayCommand#isKnown} tells whether it is to be dropped or closes the circuit. Spec: tor-spec, "Relay
 * cells".
 *
 * @param command any but those of the other types
 * @param data all of it
 */
public record UnknownMessage(RelayCommand command, Bytes data) implements RelayMessage {
    public UnknownMessage {
        checkArgument(!RelayMessages.hasType(command), "%s has a type of its own", command);
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(data);
    }

    /** Without the data, which may be anything. */
    @Override
    public String toString() {
        return "UnknownMessage[" + command + ", " + data.size() + " bytes]";
    }
}
