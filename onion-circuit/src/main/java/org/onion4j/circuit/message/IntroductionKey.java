package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/** AUTH_KEY_TYPE 1 byte, AUTH_KEY_LEN 2 bytes, AUTH_KEY: always an Ed25519 key of 32 bytes. */
final class IntroductionKey {
    static final int LEN = 32;
    private static final int TYPE_ED25519 = 2;

    private IntroductionKey() {}

    static void check(Bytes key) {
        checkArgument(key.size() == LEN, "authentication key of %s bytes", key.size());
    }

    static Bytes decode(WireReader in) throws WireFormatException {
        int type = in.u8("AUTH_KEY_TYPE");
        int length = in.u16("AUTH_KEY_LEN");
        if (type != TYPE_ED25519 || length != LEN) {
            throw new WireFormatException("authentication key of type " + type + " and " + length + " bytes");
        }
        return in.bytes(LEN, "AUTH_KEY");
    }

    static void encode(Bytes key, WireWriter out) {
        out.u8(TYPE_ED25519).u16(LEN).bytes(key);
    }
}
