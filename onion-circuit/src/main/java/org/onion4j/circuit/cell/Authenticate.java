package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * AUTHENTICATE: an initiator's answer to AUTH_CHALLENGE, sent by relays and never by clients. Spec: tor-spec,
 * "AUTHENTICATE cells". Body: AuthType 2 bytes, AuthLen 2 bytes, authentication AuthLen bytes; what follows is passed
 * over.
 *
 * @param type number of the method, 0 to 65535
 * @param authentication at most 65535 bytes
 */
public record Authenticate(int type, Bytes authentication) implements ChannelMessage {
    /** Ed25519 with a TLS exporter, the one method in use. */
    public static final int ED25519_SHA256_RFC5705 = 3;

    public Authenticate {
        checkArgument(type >= 0 && type <= 0xffff, "method %s", type);
        checkArgument(authentication.size() <= 0xffff, "authentication of %s bytes", authentication.size());
    }

    static Authenticate decode(WireReader in) throws WireFormatException {
        return new Authenticate(in.u16("AuthType"), in.bytes(in.u16("AuthLen"), "authentication"));
    }

    @Override
    public CellCommand command() {
        return CellCommand.AUTHENTICATE;
    }

    @Override
    public void encode(WireWriter out) {
        out.u16(type).u16(authentication.size()).bytes(authentication);
    }
}
