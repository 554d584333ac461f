package org.onion4j.crypto.handshake;

import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.AesCtr;
import org.onion4j.crypto.primitive.KeyExpansion;
import org.onion4j.crypto.primitive.Sha3Mac;
import org.onion4j.crypto.primitive.Shake256;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;

/**
 * What both sides of hs-ntor compute, in the letters of the specification: B the service's encryption key of an
 * introduction point, X the client's key, Y the service's. Spec: rend-spec-v3, "Example encryption handshake: ntor with
 * extra data", "Joining to a rendezvous point".
 */
final class HsNtorKeys {
    static final int KEY_LEN = X25519.LEN;
    static final int MAC_LEN = Sha3Mac.LEN;
    /** Size of HANDSHAKE_INFO: Y 32, AUTH_INPUT_MAC 32. */
    static final int REPLY_LEN = KEY_LEN + MAC_LEN;

    private static final int ENC_KEY_LEN = 32;
    private static final String PROTOID_TEXT = "tor-hs-ntor-curve25519-sha3-256-1";
    private static final byte[] PROTOID = ascii(PROTOID_TEXT);
    private static final byte[] T_HSENC = ascii(PROTOID_TEXT + ":hs_key_extract");
    private static final byte[] T_HSVERIFY = ascii(PROTOID_TEXT + ":hs_verify");
    private static final byte[] T_HSMAC = ascii(PROTOID_TEXT + ":hs_mac");
    private static final byte[] M_HSEXPAND = ascii(PROTOID_TEXT + ":hs_key_expand");
    private static final byte[] SERVER = ascii("Server");

    private HsNtorKeys() {}

    /** The keys of the encrypted part of INTRODUCE1. */
    static final class Introduction implements AutoCloseable {
        private final SecretBytes encKey;
        private final SecretBytes macKey;

        /** {@code shared} is the secret of X and B. */
        Introduction(byte[] shared, Bytes authKey, Bytes x, Bytes b, Bytes subcredential) {
            byte[] enc = new byte[ENC_KEY_LEN];
            byte[] mac = new byte[MAC_LEN];
            try (KeyExpansion kdf = Shake256.of(
                    shared,
                    authKey.toArray(),
                    x.toArray(),
                    b.toArray(),
                    PROTOID,
                    T_HSENC,
                    M_HSEXPAND,
                    subcredential.toArray())) {
                kdf.fill(enc);
                kdf.fill(mac);
            }
            encKey = SecretBytes.adopt(enc);
            macKey = SecretBytes.adopt(mac);
        }

        Bytes crypt(Bytes message) {
            byte[] in = message.toArray();
            byte[] out = new byte[in.length];
            try (AesCtr cipher = new AesCtr(encKey)) {
                cipher.process(in, 0, in.length, out, 0);
            }
            return Bytes.copyOf(out);
        }

        byte[] mac(Bytes header, Bytes x, Bytes ciphertext) {
            return Sha3Mac.of(macKey.exposeArray(), header.toArray(), x.toArray(), ciphertext.toArray());
        }

        @Override
        public void close() {
            encKey.close();
            macKey.close();
        }
    }

    /** What follows from both shared secrets of the rendezvous: AUTH_INPUT_MAC and the key material. */
    static final class Rendezvous implements AutoCloseable {
        private final byte[] authInputMac;
        private final byte[] seed;

        /** {@code shared} is the secret of X and Y, then that of X and B. */
        Rendezvous(byte[] shared, Bytes authKey, Bytes b, Bytes x, Bytes y) {
            byte[] context =
                    Bytes.concat(authKey, b, x, y, Bytes.copyOf(PROTOID)).toArray();
            byte[] secretInput = new byte[shared.length + context.length];
            System.arraycopy(shared, 0, secretInput, 0, shared.length);
            System.arraycopy(context, 0, secretInput, shared.length, context.length);
            seed = Sha3Mac.of(secretInput, T_HSENC);
            byte[] verify = Sha3Mac.of(secretInput, T_HSVERIFY);
            byte[] authContext = Bytes.concat(authKey, b, y, x, Bytes.copyOf(PROTOID), Bytes.copyOf(SERVER))
                    .toArray();
            byte[] authInput = new byte[verify.length + authContext.length];
            System.arraycopy(verify, 0, authInput, 0, verify.length);
            System.arraycopy(authContext, 0, authInput, verify.length, authContext.length);
            authInputMac = Sha3Mac.of(authInput, T_HSMAC);
            Wipe.all(secretInput, verify, authInput);
        }

        byte[] authInputMac() {
            return authInputMac;
        }

        /** The key material, which the caller closes. */
        KeyExpansion keys() {
            return Shake256.of(seed, M_HSEXPAND);
        }

        @Override
        public void close() {
            Wipe.all(seed, authInputMac);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
