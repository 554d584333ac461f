package org.onion4j.crypto.handshake;

import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.AesCtr;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.KeyExpansion;
import org.onion4j.crypto.primitive.Shake256;
import org.onion4j.crypto.primitive.Wipe;

/**
 * What both sides of ntor-v3 compute, in the letters of the specification: ID, B, X, Y public values, Bx and Yx shared
 * secrets, M the MAC of the client's message, VER the verification string. Spec: proposal 332.
 */
final class NtorV3Keys {
    static final int MAC_LEN = 32;
    static final int AUTH_LEN = 32;

    /** VER of a circuit's handshakes. */
    static final Bytes CIRCUIT_VERIFICATION = Bytes.copyOf(ascii("circuit extend"));

    private static final int ENC_KEY_LEN = 32;
    private static final String PROTOID = "ntor3-curve25519-sha3_256-1";
    private static final byte[] P = ascii(PROTOID);
    private static final byte[] T_MSGKDF = tweak(":kdf_phase1");
    private static final byte[] T_MSGMAC = tweak(":msg_mac");
    private static final byte[] T_KEY_SEED = tweak(":key_seed");
    private static final byte[] T_VERIFY = tweak(":verify");
    private static final byte[] T_FINAL = tweak(":kdf_final");
    private static final byte[] T_AUTH = tweak(":auth_final");
    private static final byte[] SERVER = ascii("Server");

    private NtorV3Keys() {}

    /** The keys of the client's message. */
    static final class Message implements AutoCloseable {
        private final SecretBytes encryptionKey;
        private final SecretBytes macKey;

        Message(byte[] bx, Ed25519Identity id, Bytes x, Bytes b, Bytes ver) {
            byte[] enc = new byte[ENC_KEY_LEN];
            byte[] mac = new byte[MAC_LEN];
            try (KeyExpansion kdf = Shake256.of(
                    T_MSGKDF, bx, id.value().toArray(), x.toArray(), b.toArray(), P, withLength(ver.toArray()))) {
                kdf.fill(enc);
                kdf.fill(mac);
            }
            encryptionKey = SecretBytes.adopt(enc);
            macKey = SecretBytes.adopt(mac);
        }

        Bytes crypt(Bytes message) {
            return NtorV3Keys.crypt(encryptionKey, message);
        }

        byte[] mac(Bytes signed) {
            byte[] key = withLength(macKey.exposeArray());
            Bytes mac = Digests.sha3(T_MSGMAC, key, signed.toArray());
            Wipe.all(key);
            return mac.toArray();
        }

        @Override
        public void close() {
            encryptionKey.close();
            macKey.close();
        }
    }

    /** What follows from both shared secrets: AUTH of a reply, the key of the relay's message, the key material. */
    static final class Circuit implements AutoCloseable {
        private final Ed25519Identity id;
        private final Bytes b;
        private final Bytes x;
        private final Bytes y;
        private final byte[] verify;
        private final SecretBytes encryptionKey;
        final KeyExpansion keys;

        /** {@code shared} is Yx, then Bx. */
        Circuit(byte[] shared, Ed25519Identity id, Bytes b, Bytes x, Bytes y, Bytes ver) {
            this.id = id;
            this.b = b;
            this.x = x;
            this.y = y;
            byte[] context = Bytes.concat(id.value(), b, x, y, Bytes.copyOf(P)).toArray();
            byte[] v = withLength(ver.toArray());
            byte[] keySeed = sha3(T_KEY_SEED, shared, context, v);
            verify = sha3(T_VERIFY, shared, context, v);
            keys = Shake256.of(T_FINAL, keySeed);
            byte[] enc = new byte[ENC_KEY_LEN];
            keys.fill(enc);
            encryptionKey = SecretBytes.adopt(enc);
            Wipe.all(keySeed);
        }

        /** AUTH, over the relay's message as it is encrypted. */
        byte[] auth(byte[] msgMac, Bytes encryptedReply) {
            return sha3(
                    T_AUTH,
                    verify,
                    Bytes.concat(id.value(), b, y, x).toArray(),
                    msgMac,
                    withLength(encryptedReply.toArray()),
                    P,
                    SERVER);
        }

        Bytes crypt(Bytes message) {
            return NtorV3Keys.crypt(encryptionKey, message);
        }

        /** Wipes all but the key material. */
        @Override
        public void close() {
            Wipe.all(verify);
            encryptionKey.close();
        }
    }

    private static Bytes crypt(SecretBytes key, Bytes message) {
        byte[] in = message.toArray();
        byte[] out = new byte[in.length];
        try (AesCtr cipher = new AesCtr(key)) {
            cipher.process(in, 0, in.length, out, 0);
        }
        return Bytes.copyOf(out);
    }

    private static byte[] sha3(byte[]... parts) {
        return Digests.sha3Array(parts);
    }

    private static byte[] withLength(byte[] value) {
        byte[] out = new byte[8 + value.length];
        new WireWriter(out, 0, out.length).u64(value.length).bytes(value);
        return out;
    }

    private static byte[] tweak(String name) {
        return withLength(ascii(PROTOID + name));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
