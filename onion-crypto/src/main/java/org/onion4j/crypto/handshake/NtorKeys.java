package org.onion4j.crypto.handshake;

import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.Hkdf;
import org.onion4j.crypto.primitive.HmacSha256;
import org.onion4j.crypto.primitive.KeyExpansion;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;

/** What both sides of ntor compute from the two shared secrets and the public values: AUTH and the key material. */
final class NtorKeys {
    private static final String PROTOID = "ntor-curve25519-sha256-1";
    private static final byte[] T_MAC = ascii(PROTOID + ":mac");
    private static final byte[] T_KEY = ascii(PROTOID + ":key_extract");
    private static final byte[] T_VERIFY = ascii(PROTOID + ":verify");
    private static final byte[] M_EXPAND = ascii(PROTOID + ":key_expand");
    private static final byte[] SERVER = ascii("Server");

    final byte[] auth;
    final KeyExpansion keys;

    /**
     * Derives both.
     *
     * @param shared the secret of the ephemeral keys, then that of B, {@link X25519#LEN} bytes each
     */
    NtorKeys(byte[] shared, RsaIdentity id, Bytes onionKey, Bytes clientKey, Bytes serverKey) {
        byte[] identity = id.value().toArray();
        byte[] b = onionKey.toArray();
        byte[] x = clientKey.toArray();
        byte[] y = serverKey.toArray();
        byte[] protoid = ascii(PROTOID);
        byte[] secretInput = join(shared, identity, b, x, y, protoid);
        byte[] keySeed = Hkdf.extract(T_KEY, secretInput);
        byte[] verify = HmacSha256.mac(T_VERIFY, secretInput);
        auth = HmacSha256.mac(T_MAC, verify, identity, b, y, x, protoid, SERVER);
        keys = Hkdf.expand(keySeed, M_EXPAND);
        Wipe.all(secretInput, keySeed, verify);
    }

    private static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        WireWriter out = new WireWriter(all, 0, length);
        for (byte[] part : parts) {
            out.bytes(part);
        }
        return all;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
