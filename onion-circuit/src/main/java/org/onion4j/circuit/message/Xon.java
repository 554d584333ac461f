package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * XON: send on this stream, at most at the given rate. Only on circuits with congestion control. Spec: proposal 324,
 * "Flow control". Data: version 1 byte (0), rate 4 bytes.
 *
 * @param kbpsEwma rate in 1000 bytes a second, 0 to 2^32 - 1; 0 is no limit
 */
public record Xon(long kbpsEwma) implements RelayMessage {
    private static final int VERSION = 0;

    public Xon {
        checkArgument(kbpsEwma >= 0 && kbpsEwma <= 0xffffffffL, "rate %s", kbpsEwma);
    }

    static Xon decode(WireReader in) throws WireFormatException {
        int version = in.u8("version");
        if (version != VERSION) {
            throw new WireFormatException("XON of version " + version);
        }
        return new Xon(in.u32("kbps_ewma"));
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.XON;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(VERSION).u32(kbpsEwma);
    }
}
