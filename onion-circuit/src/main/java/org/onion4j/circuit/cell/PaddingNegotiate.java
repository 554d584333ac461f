package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * PADDING_NEGOTIATE on a channel: the client asks the relay to stop or start padding the link. Spec: tor-spec, "Link
 * padding"; padding-spec, "Connection-level padding". Body: version 1 byte (0), command 1 byte, low and high time 2
 * bytes each. Times out of the range that the receiver allows are clamped by it.
 *
 * @param action what the relay shall do
 * @param itoLowMillis shortest idle time before a padding cell, 0 to 65535 ms; no meaning with STOP
 * @param itoHighMillis longest one
 */
public record PaddingNegotiate(PaddingAction action, int itoLowMillis, int itoHighMillis) implements ChannelMessage {
    private static final int VERSION = 0;

    public PaddingNegotiate {
        checkArgument(itoLowMillis >= 0 && itoLowMillis <= 0xffff, "low time %s ms", itoLowMillis);
        checkArgument(itoHighMillis >= 0 && itoHighMillis <= 0xffff, "high time %s ms", itoHighMillis);
    }

    /** Asks the relay to send no padding. */
    public static PaddingNegotiate stop() {
        return new PaddingNegotiate(PaddingAction.STOP, 0, 0);
    }

    static PaddingNegotiate decode(WireReader in) throws WireFormatException {
        int version = in.u8("version");
        if (version != VERSION) {
            throw new WireFormatException("PADDING_NEGOTIATE of version " + version);
        }
        return new PaddingNegotiate(
                PaddingAction.ofWire(in.u8("command")), in.u16("ito_low_ms"), in.u16("ito_high_ms"));
    }

    @Override
    public CellCommand command() {
        return CellCommand.PADDING_NEGOTIATE;
    }

    @Override
    public void encode(WireWriter out) {
        out.u8(VERSION).u8(action.wire()).u16(itoLowMillis).u16(itoHighMillis);
    }
}
