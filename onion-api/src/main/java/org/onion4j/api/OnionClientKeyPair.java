package org.onion4j.api;

import java.io.Closeable;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.SystemRandom;

/**
 * What a client needs to reach an onion service that is for authorized clients alone: it keeps the private key, which
 * {@link OnionClient#authorize(String, byte[])} takes, and gives the public one to the service's owner. Make one for each
 * service: with one key at two, their owners can tell that it is the same client. {@link #close} wipes the private key.
 * Any thread may call.
 */
public final class OnionClientKeyPair implements Closeable {
    private final SecretBytes privateKey;
    private final OnionClientKey publicKey;

    private OnionClientKeyPair(SecretBytes privateKey) {
        this.privateKey = privateKey;
        try (X25519 pair = X25519.ofPrivateKey(SecretBytes.adopt(privateKey.exposeCopy()))) {
            this.publicKey = OnionClientKey.ofGood(pair.publicKey());
        }
    }

    /** A new pair. */
    public static OnionClientKeyPair generate() {
        return new OnionClientKeyPair(SecretBytes.adopt(new SystemRandom().bytes(X25519.LEN)));
    }

    /**
     * The pair of a private key.
     *
     * @param privateKey 32 bytes; a copy is made
     * @throws OnionKeyException if there are fewer or more
     */
    public static OnionClientKeyPair ofPrivateKey(byte[] privateKey) throws OnionKeyException {
        if (privateKey.length != X25519.LEN) {
            throw new OnionKeyException("a client's private key has 32 bytes, not " + privateKey.length, null);
        }
        return new OnionClientKeyPair(SecretBytes.copyOf(privateKey, 0, privateKey.length));
    }

    /** What the service's owner needs. */
    public OnionClientKey publicKey() {
        return publicKey;
    }

    /**
     * The private key, 32 bytes: a copy, for the caller to wipe.
     *
     * @throws IllegalStateException if the pair has been closed
     */
    public byte[] privateKey() {
        return privateKey.exposeCopy();
    }

    /** Wipes the private key. Again: no effect. */
    @Override
    public void close() {
        privateKey.close();
    }

    @Override
    public String toString() {
        return "OnionClientKeyPair";
    }
}
