package org.onion4j.crypto.primitive;

import java.security.MessageDigest;
import java.util.Arrays;

/** KDF-TOR, the old derivation that CREATE_FAST still uses. Spec: tor-spec, "KDF-TOR". Any thread. */
public final class KdfTor {
    private KdfTor() {}

    /** The output that base key material K0 of any length gives, at most 5120 bytes. Copies its argument. */
    public static KeyExpansion expand(byte[] baseKeyMaterial) {
        return new Expansion(baseKeyMaterial.clone());
    }

    private static final class Expansion extends BlockExpansion {
        private final byte[] secret;

        Expansion(byte[] secret) {
            super(0, 255);
            this.secret = secret;
        }

        @Override
        byte[] block(int number, byte[] previous) {
            MessageDigest sha1 = Digests.newSha1();
            sha1.update(secret);
            return sha1.digest(new byte[] {(byte) number});
        }

        @Override
        void wipe() {
            Arrays.fill(secret, (byte) 0);
        }
    }
}
