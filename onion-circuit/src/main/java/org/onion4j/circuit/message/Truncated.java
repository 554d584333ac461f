package org.onion4j.circuit.message;

import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * TRUNCATED: the circuit was closed behind the hop that says so; clients then close the rest. Spec: tor-spec,
 * "Tearing down circuits". Data: reason 1 byte; none is an error.
 *
 * @param reason as in DESTROY
 */
public record Truncated(DestroyReason reason) implements RelayMessage {
    static Truncated decode(WireReader in) throws WireFormatException {
        return new Truncated(DestroyReason.ofWire(in.u8("reason")));
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.TRUNCATED;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(reason.wire());
    }
}
