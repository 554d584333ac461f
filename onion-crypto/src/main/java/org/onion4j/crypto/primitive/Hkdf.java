package org.onion4j.crypto.primitive;

import java.util.Arrays;

/** HKDF with SHA-256, in its two steps. Spec: RFC 5869; tor-spec, "KDF-RFC5869". Any thread. */
public final class Hkdf {
    private Hkdf() {}

    /** The pseudo-random key, 32 bytes, that a salt and input key material give. */
    public static byte[] extract(byte[] salt, byte[] inputKeyMaterial) {
        return HmacSha256.mac(salt, inputKeyMaterial);
    }

    /**
     * The output of a pseudo-random key, at most 8160 bytes. Copies both arguments.
     *
     * @param info what the output is for
     */
    public static KeyExpansion expand(byte[] pseudoRandomKey, byte[] info) {
        return new Expansion(pseudoRandomKey.clone(), info.clone());
    }

    private static final class Expansion extends BlockExpansion {
        private final byte[] key;
        private final byte[] info;

        Expansion(byte[] key, byte[] info) {
            super(1, 255);
            this.key = key;
            this.info = info;
        }

        @Override
        byte[] block(int number, byte[] previous) {
            return HmacSha256.mac(key, previous, info, new byte[] {(byte) number});
        }

        @Override
        void wipe() {
            Arrays.fill(key, (byte) 0);
        }
    }
}
