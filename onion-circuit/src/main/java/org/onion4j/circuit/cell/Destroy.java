package org.onion4j.circuit.cell;

import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * DESTROY: the sender closed the circuit. Spec: tor-spec, "Tearing down circuits". Body: reason 1 byte, then padding.
 * There is no answer to it.
 *
 * @param reason why; clients say NONE
 */
public record Destroy(DestroyReason reason) implements ChannelMessage {
    static Destroy decode(WireReader in) throws WireFormatException {
        return new Destroy(DestroyReason.ofWire(in.u8("reason")));
    }

    @Override
    public CellCommand command() {
        return CellCommand.DESTROY;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(reason.wire());
    }
}
