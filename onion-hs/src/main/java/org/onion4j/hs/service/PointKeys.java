package org.onion4j.hs.service;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * The keys of a service at one introduction point: the one by which the relay knows it, and the one that clients encrypt
 * to. Their secret halves are wiped by {@link #close}. Not for more than one thread.
 */
final class PointKeys implements AutoCloseable {
    private final Ed25519KeyPair authentication;
    private final X25519 encryption;

    /**
     * Takes both over.
     *
     * @param encryptionSecret X25519 private key, 32 bytes
     */
    PointKeys(Ed25519KeyPair authentication, SecretBytes encryptionSecret) {
        this.authentication = authentication;
        this.encryption = X25519.ofPrivateKey(encryptionSecret);
    }

    static PointKeys generate(RandomSource random) {
        return new PointKeys(Ed25519KeyPair.generate(random), SecretBytes.adopt(random.bytes(X25519.LEN)));
    }

    Ed25519KeyPair authentication() {
        return authentication;
    }

    X25519 encryption() {
        return encryption;
    }

    /** Names the introduction point, 32 bytes. */
    Bytes authKey() {
        return authentication.publicKey();
    }

    @Override
    public void close() {
        authentication.close();
        encryption.close();
    }
}
