package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * CREATE2: asks the relay at the far end of a channel to open a circuit. Spec: tor-spec, "CREATE and CREATED cells".
 * Body: HTYPE 2 bytes, HLEN 2 bytes, HDATA HLEN bytes (at most 505); what remains of the 509 bytes is padding.
 *
 * @param type the handshake; neither TAP nor the number reserved beside it, which are gone
 * @param data the client's part of it, at most 505 bytes; of ntor exactly 84
 */
public record Create2(HandshakeType type, Bytes data) implements ChannelMessage {
    /** Most bytes of handshake data. */
    public static final int MAX_HDATA_LEN = 505;

    public Create2 {
        checkArgument(data.size() <= MAX_HDATA_LEN, "HDATA has %s bytes", data.size());
        checkArgument(type.allowsClientData(data.size()), "%s with %s bytes", type, data.size());
    }

    static Create2 decode(WireReader in) throws WireFormatException {
        HandshakeType type = HandshakeType.ofWire(in.u16("HTYPE"));
        Bytes data = in.bytes(in.u16("HLEN"), "HDATA");
        if (data.size() > MAX_HDATA_LEN || !type.allowsClientData(data.size())) {
            throw new WireFormatException("CREATE2 for " + type + " with " + data.size() + " bytes");
        }
        return new Create2(type, data);
    }

    @Override
    public CellCommand command() {
        return CellCommand.CREATE2;
    }

    @Override
    public void encode(WireWriter out) {
        out.u16(type.wire()).u16(data.size()).bytes(data);
    }
}
