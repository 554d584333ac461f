package org.onion4j.circuit.message;

import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * XOFF: stop sending on this stream until an XON. Only on circuits with congestion control. Spec: proposal 324, "Flow
 * control". Data: version 1 byte (0).
 */
public record Xoff() implements RelayMessage {
    private static final int VERSION = 0;

    static Xoff decode(WireReader in) throws WireFormatException {
        int version = in.u8("version");
        if (version != VERSION) {
            throw new WireFormatException("XOFF of version " + version);
        }
        return new Xoff();
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.XOFF;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(VERSION);
    }
}
