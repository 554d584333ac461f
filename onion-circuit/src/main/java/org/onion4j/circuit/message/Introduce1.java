package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * INTRODUCE1: a client asks an introduction point to tell an onion service something. Spec: rend-spec-v3,
 * "Introduction from client to introduction point". Data: LEGACY_KEY_ID 20 bytes (zeros), AUTH_KEY_TYPE 1 byte (2), AUTH_KEY_LEN 2
 * bytes (32), AUTH_KEY, extensions, ENCRYPTED up to the end.
 *
 * @param authKey Ed25519 key of the introduction point, 32 bytes
 * @param extensions at most 255
 * @param encrypted for the service, at least 1 byte
 */
public record Introduce1(Bytes authKey, ImmutableList<MessageExtension> extensions, Bytes encrypted)
        implements RelayMessage {
    static final int LEGACY_KEY_ID_LEN = 20;

    public Introduce1 {
        IntroductionKey.check(authKey);
        checkArgument(extensions.size() <= MessageExtension.MAX_COUNT, "%s extensions", extensions.size());
        checkArgument(!encrypted.isEmpty(), "nothing encrypted");
    }

    static Introduce1 decode(WireReader in) throws WireFormatException {
        if (!in.bytes(LEGACY_KEY_ID_LEN, "LEGACY_KEY_ID").equals(Bytes.copyOf(new byte[LEGACY_KEY_ID_LEN]))) {
            throw new WireFormatException("INTRODUCE1 of an older version");
        }
        Bytes key = IntroductionKey.decode(in);
        ImmutableList<MessageExtension> extensions = MessageExtension.decodeList(in);
        Bytes encrypted = in.rest();
        if (encrypted.isEmpty()) {
            throw new WireFormatException("INTRODUCE1 without an encrypted part");
        }
        return new Introduce1(key, extensions, encrypted);
    }

    @Override
    public RelayCommand command() {
        return RelayCommand.INTRODUCE1;
    }

    @Override
    public void encode(WireWriter out) {
        out.zeros(LEGACY_KEY_ID_LEN);
        IntroductionKey.encode(authKey, out);
        MessageExtension.encodeList(extensions, out);
        out.bytes(encrypted);
    }

    /** Without the key, which names an onion service's introduction point. */
    @Override
    public String toString() {
        return "Introduce1(" + encrypted.size() + " bytes)";
    }
}
