package org.onion4j.circuit.message;

import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * TRUNCATE: asks a hop to close the circuit behind it; clients close whole circuits instead. Spec: tor-spec,
 * "Tearing down circuits". Data: reason 1 byte; none is an error.
 *
 * @param reason as in DESTROY
 */
public record Truncate(DestroyReason reason) implements RelayMessage {
    static Truncate decode(WireReader in) throws WireFormatException {
        return new Truncate(DestroyReason.ofWire(in.u8("reason")));
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.TRUNCATE;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(reason.wire());
    }
}
