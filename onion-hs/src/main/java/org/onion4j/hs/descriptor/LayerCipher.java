package org.onion4j.hs.descriptor;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.UnsignedLong;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.AesCtr;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.KeyExpansion;
import org.onion4j.crypto.primitive.Sha3Mac;
import org.onion4j.crypto.primitive.Shake256;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.random.RandomSource;

/**
 * The encryption of a layer: SALT 16 bytes, ENCRYPTED, MAC 32 bytes. AES-256 in counter mode, keys by SHAKE256, MAC over
 * salt and encrypted bytes. Static methods: any thread. Spec: rend-spec-v3, "Deriving hidden service descriptor
 * encryption keys".
 */
final class LayerCipher {
    private static final int SALT_LEN = 16;
    private static final int KEY_LEN = 32;
    private static final int IV_LEN = 16;

    /** Which layer. */
    enum Layer {
        OUTER("hsdir-superencrypted-data"),
        INNER("hsdir-encrypted-data");

        private final String constant;

        Layer(String constant) {
            this.constant = constant;
        }
    }

    /**
     * What the keys of a layer follow from.
     *
     * @param blindedKey 32 bytes
     * @param subcredential 32 bytes
     */
    record Secrets(Bytes blindedKey, Bytes subcredential, UnsignedLong revision) {
        @Override
        public String toString() {
            return "Secrets";
        }
    }

    private LayerCipher() {}

    /**
     * The plaintext up to its first NUL; empty if the MAC is false.
     *
     * @param cookie the descriptor cookie of an authorized client, or nothing; stays the caller's
     */
    static Optional<byte[]> decrypt(Layer layer, Secrets secrets, byte[] cookie, Bytes blob) {
        int length = blob.size() - SALT_LEN - Sha3Mac.LEN;
        if (length <= 0) {
            return Optional.empty();
        }
        byte[] salt = blob.slice(0, SALT_LEN).toArray();
        byte[] encrypted = blob.slice(SALT_LEN, SALT_LEN + length).toArray();
        try (Keys keys = new Keys(layer, secrets, cookie, salt)) {
            if (!ConstantTime.equal(blob.slice(SALT_LEN + length, blob.size()), keys.mac(salt, encrypted))) {
                return Optional.empty();
            }
            byte[] text = keys.crypt(encrypted);
            int end = 0;
            while (end < text.length && text[end] != 0) {
                end++;
            }
            return Optional.of(end == text.length ? text : Arrays.copyOf(text, end));
        }
    }

    /** The blob of a plaintext, with a fresh salt. */
    static Bytes encrypt(Layer layer, Secrets secrets, byte[] cookie, byte[] text, RandomSource random) {
        checkArgument(text.length > 0, "nothing to encrypt");
        byte[] salt = random.bytes(SALT_LEN);
        try (Keys keys = new Keys(layer, secrets, cookie, salt)) {
            byte[] encrypted = keys.crypt(text);
            return new WireWriter()
                    .bytes(salt)
                    .bytes(encrypted)
                    .bytes(keys.mac(salt, encrypted))
                    .toBytes();
        }
    }

    private static final class Keys implements AutoCloseable {
        private final SecretBytes key;
        private final Bytes iv;
        private final SecretBytes macKey;

        Keys(Layer layer, Secrets secrets, byte[] cookie, byte[] salt) {
            byte[] keyBytes = new byte[KEY_LEN];
            byte[] ivBytes = new byte[IV_LEN];
            byte[] macBytes = new byte[KEY_LEN];
            try (KeyExpansion kdf = Shake256.of(
                    secrets.blindedKey().toArray(),
                    cookie,
                    secrets.subcredential().toArray(),
                    new WireWriter().u64(secrets.revision().longValue()).toArray(),
                    salt,
                    layer.constant.getBytes(StandardCharsets.US_ASCII))) {
                kdf.fill(keyBytes);
                kdf.fill(ivBytes);
                kdf.fill(macBytes);
            }
            key = SecretBytes.adopt(keyBytes);
            iv = Bytes.copyOf(ivBytes);
            macKey = SecretBytes.adopt(macBytes);
            Wipe.all(ivBytes);
        }

        byte[] crypt(byte[] in) {
            byte[] out = new byte[in.length];
            try (AesCtr cipher = new AesCtr(key, iv)) {
                cipher.process(in, 0, in.length, out, 0);
            }
            return out;
        }

        byte[] mac(byte[] salt, byte[] encrypted) {
            byte[] saltLength = new WireWriter().u64(salt.length).toArray();
            return Sha3Mac.of(macKey.exposeArray(), saltLength, salt, encrypted);
        }

        @Override
        public void close() {
            key.close();
            macKey.close();
        }
    }
}
