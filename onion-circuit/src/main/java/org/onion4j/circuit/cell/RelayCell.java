package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * RELAY: a relay message on its way along a circuit, in either direction. Spec: tor-spec,
 * "Routing relay cells". Body: 509 bytes, encrypted once for each hop it has yet to pass.
 *
 * @param body 509 bytes
 */
public record RelayCell(Bytes body) implements ChannelMessage {
    public RelayCell {
        checkArgument(body.size() == CellFrame.CELL_BODY_LEN, "body of %s bytes", body.size());
    }

    static RelayCell decode(WireReader in) throws WireFormatException {
        return new RelayCell(in.bytes(CellFrame.CELL_BODY_LEN, "body"));
    }

    @Override
    public CellCommand command() {
        return CellCommand.RELAY;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(body);
    }
}
