package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * VPADDING: padding of any length, allowed even between the cells of the link handshake. The content means nothing.
 * Spec: tor-spec, "Link padding".
 *
 * @param length of the body in bytes, 0 to 65535
 */
public record Vpadding(int length) implements ChannelMessage {
    public Vpadding {
        checkArgument(length >= 0 && length <= CellFrame.MAX_VARIABLE_BODY_LEN, "VPADDING of %s bytes", length);
    }

    static Vpadding decode(WireReader in) {
        return new Vpadding(Math.min(in.remaining(), CellFrame.MAX_VARIABLE_BODY_LEN));
    }

    @Override
    public CellCommand command() {
        return CellCommand.VPADDING;
    }

    @Override
    public void encode(WireWriter out) {
        out.zeros(length);
    }
}
