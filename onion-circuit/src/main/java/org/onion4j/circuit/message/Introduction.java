package org.onion4j.circuit.message;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireReader;
import org.onion4j.crypto.bytes.WireWriter;

/**
 * The data of {@link Introduce1} and {@link Introduce2}, which an introduction point passes on as it came. Layout:
 * LEGACY_KEY_ID 20 bytes (zeros), AUTH_KEY_TYPE 1 byte (2), AUTH_KEY_LEN 2 bytes (32), AUTH_KEY, extensions, ENCRYPTED up
 * to the end. Spec: rend-spec-v3, "Introduction from client to introduction point".
 *
 * @param authKey Ed25519 key of the introduction point, 32 bytes
 * @param extensions at most 255
 * @param encrypted for the service, at least 1 byte
 */
record Introduction(Bytes authKey, ImmutableList<MessageExtension> extensions, Bytes encrypted) {
    private static final int LEGACY_KEY_ID_LEN = 20;
    private static final Bytes NO_LEGACY_KEY_ID = Bytes.copyOf(new byte[LEGACY_KEY_ID_LEN]);

    /** Refuses what has no form on the wire: a mistake of ours. */
    static void check(Bytes authKey, ImmutableList<MessageExtension> extensions, Bytes encrypted) {
        IntroductionKey.check(authKey);
        checkArgument(extensions.size() <= MessageExtension.MAX_COUNT, "%s extensions", extensions.size());
        checkArgument(!encrypted.isEmpty(), "nothing encrypted");
    }

    /**
     * Reads up to the end.
     *
     * @param command whose data it is, for the error
     */
    static Introduction decode(WireReader in, RelayCommand command) throws WireFormatException {
        if (!in.bytes(LEGACY_KEY_ID_LEN, "LEGACY_KEY_ID").equals(NO_LEGACY_KEY_ID)) {
            throw new WireFormatException(command + " of an older version");
        }
        Bytes key = IntroductionKey.decode(in);
        ImmutableList<MessageExtension> extensions = MessageExtension.decodeList(in);
        Bytes encrypted = in.rest();
        if (encrypted.isEmpty()) {
            throw new WireFormatException(command + " without an encrypted part");
        }
        return new Introduction(key, extensions, encrypted);
    }

    static void encode(Bytes authKey, ImmutableList<MessageExtension> extensions, Bytes encrypted, WireWriter out) {
        out.bytes(header(authKey, extensions)).bytes(encrypted);
    }

    /** All that stands before ENCRYPTED. */
    static Bytes header(Bytes authKey, ImmutableList<MessageExtension> extensions) {
        WireWriter out = new WireWriter().zeros(LEGACY_KEY_ID_LEN);
        IntroductionKey.encode(authKey, out);
        MessageExtension.encodeList(extensions, out);
        return out.toBytes();
    }
}
