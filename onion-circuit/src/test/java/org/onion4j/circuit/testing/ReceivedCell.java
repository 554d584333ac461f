package org.onion4j.circuit.testing;

import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;

/** A cell that a client sent, other than RELAY and RELAY_EARLY. */
public record ReceivedCell(ScriptedLink link, int circuitId, CellCommand command, Bytes body) {
    /** What the cell says; a malformed one fails the test. */
    public ChannelMessage message() {
        try {
            return ChannelMessage.decode(command, new WireReader(body));
        } catch (WireFormatException e) {
            throw new AssertionError("the client sent a malformed " + command, e);
        }
    }
}
