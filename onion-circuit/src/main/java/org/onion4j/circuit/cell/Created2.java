package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * CREATED2: the relay's answer to CREATE2. Spec: tor-spec, "CREATE and CREATED cells". Body: HLEN 2 bytes, HDATA HLEN
 * bytes; what remains of the 509 bytes is padding. HDATA has at least 1 byte, since no handshake answers with nothing,
 * and at most 496, so that it also fits an EXTENDED2 message whatever the relay encryption.
 *
 * @param data the relay's part of the handshake, 1 to 496 bytes
 */
public record Created2(Bytes data) implements ChannelMessage {
    /** Most bytes of handshake data. */
    public static final int MAX_HDATA_LEN = 496;

    public Created2 {
        checkArgument(!data.isEmpty() && data.size() <= MAX_HDATA_LEN, "HDATA has %s bytes", data.size());
    }

    static Created2 decode(WireReader in) throws WireFormatException {
        return new Created2(readReply(in));
    }

    /**
     * Reads HLEN and HDATA, which EXTENDED2 has as well.
     *
     * @throws WireFormatException if HLEN is 0, above 496, or runs past the end
     */
    public static Bytes readReply(WireReader in) throws WireFormatException {
        int length = in.u16("HLEN");
        if (length == 0 || length > MAX_HDATA_LEN) {
            throw new WireFormatException("HLEN is " + length);
        }
        return in.bytes(length, "HDATA");
    }

    @Override
    public CellCommand command() {
        return CellCommand.CREATED2;
    }

    @Override
    public void encode(WireWriter out) {
        out.u16(data.size()).bytes(data);
    }
}
