package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * CREATED_FAST: the relay's answer to CREATE_FAST. Spec: tor-spec, "CREATE_FAST/CREATED_FAST cells". Body: Y 20 bytes,
 * KH 20 bytes, then padding.
 *
 * @param reply Y and KH, 40 bytes, as the handshake takes them
 */
public record CreatedFast(Bytes reply) implements ChannelMessage {
    /** Size in bytes of Y and KH together. */
    public static final int REPLY_LEN = 40;

    public CreatedFast {
        checkArgument(reply.size() == REPLY_LEN, "Y and KH have %s bytes", reply.size());
    }

    static CreatedFast decode(WireReader in) throws WireFormatException {
        return new CreatedFast(in.bytes(REPLY_LEN, "Y and KH"));
    }

    @Override
    public CellCommand command() {
        return CellCommand.CREATED_FAST;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(reply);
    }

    /** Names the kind alone: the content is key material. */
    @Override
    public String toString() {
        return "CreatedFast";
    }
}
