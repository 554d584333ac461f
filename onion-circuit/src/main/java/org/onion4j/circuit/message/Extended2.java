package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.circuit.cell.Created2;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * EXTENDED2: the circuit has a new last hop. Spec: tor-spec, "EXTEND and EXTENDED cells". Data: as the body of CREATED2,
 * HLEN 2 bytes, HDATA HLEN bytes; what follows is passed over.
 *
 * @param data the new relay's part of the handshake, 1 to 496 bytes
 */
public record Extended2(Bytes data) implements RelayMessage {
    public Extended2 {
        checkArgument(!data.isEmpty() && data.size() <= Created2.MAX_HDATA_LEN, "HDATA has %s bytes", data.size());
    }

    static Extended2 decode(WireReader in) throws WireFormatException {
        return new Extended2(Created2.readReply(in));
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.EXTENDED2;
    }

    @Override
    public void encode(WireWriter out) {
        out.u16(data.size()).bytes(data);
    }
}
