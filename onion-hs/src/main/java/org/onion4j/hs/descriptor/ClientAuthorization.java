package org.onion4j.hs.descriptor;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.AesCtr;
import org.onion4j.crypto.primitive.KeyExpansion;
import org.onion4j.crypto.primitive.Shake256;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;

/**
 * An auth-client line of a descriptor: how one authorized client finds the descriptor cookie. Immutable. Spec:
 * rend-spec-v3, "First layer plaintext format", "Client behavior".
 *
 * @param clientId 8 bytes
 * @param iv 16 bytes
 * @param encryptedCookie 16 bytes
 */
record ClientAuthorization(Bytes clientId, Bytes iv, Bytes encryptedCookie) {
    static final int ID_LEN = 8;
    static final int IV_LEN = 16;
    static final int COOKIE_LEN = 16;

    private static final int COOKIE_KEY_LEN = 32;

    ClientAuthorization {
        checkArgument(
                clientId.size() == ID_LEN && iv.size() == IV_LEN && encryptedCookie.size() == COOKIE_LEN,
                "fields of wrong lengths");
    }

    /** What a client and a service share for one descriptor: the client's ID in it and the key of its cookie. */
    static final class Shared implements AutoCloseable {
        private final Bytes clientId;
        private final SecretBytes cookieKey;
        private final boolean good;

        /**
         * Computes it, on either side.
         *
         * @param own the client's key pair, or the service's ephemeral one, which stays the caller's
         * @param peer the other one's public key
         */
        Shared(X25519 own, Bytes peer, Bytes subcredential) {
            byte[] seed = new byte[X25519.LEN];
            good = own.agree(peer, seed, 0);
            byte[] id = new byte[ID_LEN];
            byte[] key = new byte[COOKIE_KEY_LEN];
            try (KeyExpansion kdf = Shake256.of(subcredential.toArray(), seed)) {
                kdf.fill(id);
                kdf.fill(key);
            }
            Wipe.all(seed);
            clientId = Bytes.copyOf(id);
            cookieKey = SecretBytes.adopt(key);
        }

        /** Whether the other one's key is of use. */
        boolean isGood() {
            return good;
        }

        Bytes clientId() {
            return clientId;
        }

        /** Encrypts or decrypts a cookie; the caller wipes it. */
        byte[] crypt(Bytes iv, byte[] cookie) {
            byte[] out = new byte[cookie.length];
            try (AesCtr cipher = new AesCtr(cookieKey, iv)) {
                cipher.process(cookie, 0, cookie.length, out, 0);
            }
            return out;
        }

        @Override
        public void close() {
            cookieKey.close();
        }
    }

    /** Says nothing. */
    @Override
    public String toString() {
        return "ClientAuthorization";
    }
}
