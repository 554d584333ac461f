package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * RELAY_EARLY: a RELAY cell that may hold an EXTEND2, forward only and a few times a circuit. Spec: tor-spec,
 * "Handling relay_early cells". Body: 509 bytes, encrypted once for each hop it has yet to pass.
 *
 * @param body 509 bytes
 */
public record RelayEarlyCell(Bytes body) implements ChannelMessage {
    public RelayEarlyCell {
        checkArgument(body.size() == CellFrame.CELL_BODY_LEN, "body of %s bytes", body.size());
    }

    static RelayEarlyCell decode(WireReader in) throws WireFormatException {
        return new RelayEarlyCell(in.bytes(CellFrame.CELL_BODY_LEN, "body"));
    }

    @Override
    public CellCommand command() {
        return CellCommand.RELAY_EARLY;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(body);
    }
}
