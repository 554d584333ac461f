package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * CREATE_FAST: opens a circuit to the relay at the far end without any public key, trusting TLS. Spec: tor-spec,
 * "CREATE_FAST/CREATED_FAST cells". Body: X 20 bytes, then padding.
 *
 * @param x the client's key material, 20 bytes: protected by TLS on the wire, and worth protecting in memory no longer
 *     than the handshake takes
 */
public record CreateFast(Bytes x) implements ChannelMessage {
    /** Size in bytes of X. */
    public static final int X_LEN = 20;

    public CreateFast {
        checkArgument(x.size() == X_LEN, "X has %s bytes", x.size());
    }

    static CreateFast decode(WireReader in) throws WireFormatException {
        return new CreateFast(in.bytes(X_LEN, "X"));
    }

    @Override
    public CellCommand command() {
        return CellCommand.CREATE_FAST;
    }

    @Override
    public void encode(WireWriter out) {
        out.bytes(x);
    }

    /** Names the kind alone: the content is key material. */
    @Override
    public String toString() {
        return "CreateFast";
    }
}
