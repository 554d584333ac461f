package org.onion4j.crypto.handshake;

import java.util.Collections;
import java.util.List;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.ConstantTime;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;

/**
 * hs-ntor, the onion service's side: {@link #open} reads the encrypted part of INTRODUCE2, {@link #answer} makes
 * HANDSHAKE_INFO of RENDEZVOUS1 and the keys. Holds secrets until it is closed; the encryption key pair is the caller's.
 * Not for more than one thread. Spec: rend-spec-v3, "Introduction handshake encryption requirements", "Joining to a
 * rendezvous point".
 */
public final class HsNtorService implements AutoCloseable {
    private final Bytes authKey;
    private final Bytes serviceKey;
    private final Bytes clientKey;
    private final Bytes subcredential;
    private final SecretBytes shared; // of X and B
    private final Bytes plaintext;

    private HsNtorService(
            Bytes authKey,
            Bytes serviceKey,
            Bytes clientKey,
            Bytes subcredential,
            SecretBytes shared,
            Bytes plaintext) {
        this.authKey = authKey;
        this.serviceKey = serviceKey;
        this.clientKey = clientKey;
        this.subcredential = subcredential;
        this.shared = shared;
        this.plaintext = plaintext;
    }

    /**
     * Reads the encrypted part of an INTRODUCE2.
     *
     * @param authKey of the introduction point, 32 bytes
     * @param encryptionKey the pair of B
     * @param subcredential under which the client may have found it
     * @param header all of INTRODUCE2 before this part
     * @param encrypted CLIENT_PK 32 bytes, the encrypted text, MAC 32 bytes
     * @throws HandshakeException if it is too short, its MAC is false, or the client's key is of small order
     */
    public static HsNtorService open(
            Bytes authKey, X25519 encryptionKey, Bytes subcredential, Bytes header, Bytes encrypted)
            throws HandshakeException {
        return open(authKey, encryptionKey, Collections.singletonList(subcredential), header, encrypted);
    }

    /**
     * The same where the client may have found it under any of several subcredentials. The secret shared with the client
     * doesn't depend on them, and is computed once.
     *
     * @throws HandshakeException also if it is authentic under none of them
     */
    public static HsNtorService open(
            Bytes authKey, X25519 encryptionKey, List<Bytes> subcredentials, Bytes header, Bytes encrypted)
            throws HandshakeException {
        int textLength = encrypted.size() - X25519.LEN - HsNtorKeys.MAC_LEN;
        if (textLength < 0) {
            throw new HandshakeException("encrypted introduction of " + encrypted.size() + " bytes");
        }
        Bytes x = encrypted.slice(0, X25519.LEN);
        Bytes ciphertext = encrypted.slice(X25519.LEN, X25519.LEN + textLength);
        Bytes mac = encrypted.slice(X25519.LEN + textLength, encrypted.size());
        byte[] secret = new byte[X25519.LEN];
        boolean good = encryptionKey.agree(x, secret, 0);
        Bytes b = encryptionKey.publicKey();
        for (Bytes subcredential : subcredentials) {
            try (HsNtorKeys.Introduction keys = new HsNtorKeys.Introduction(secret, authKey, x, b, subcredential)) {
                if (ConstantTime.all(good, ConstantTime.equal(mac, keys.mac(header, x, ciphertext)))) {
                    return new HsNtorService(
                            authKey, b, x, subcredential, SecretBytes.adopt(secret), keys.crypt(ciphertext));
                }
            }
        }
        Wipe.all(secret);
        throw new HandshakeException("an introduction is not authentic");
    }

    /** The one of those given under which it is authentic. */
    public Bytes subcredential() {
        return subcredential;
    }

    /** What the client says: it may still have any form. */
    public Bytes plaintext() {
        return plaintext;
    }

    /**
     * Draws an ephemeral key; the reply is HANDSHAKE_INFO, the keys are those of the end-to-end hop. The caller closes
     * it.
     */
    public ServerReply answer(RandomSource random) {
        try (X25519 ephemeral = X25519.generate(random)) {
            return answer(ephemeral);
        }
    }

    ServerReply answer(X25519 ephemeral) {
        byte[] secrets = new byte[2 * X25519.LEN];
        if (!ephemeral.agree(clientKey, secrets, 0)) {
            throw new IllegalStateException("a key that was good is not"); // found out when it was opened
        }
        System.arraycopy(shared.exposeArray(), 0, secrets, X25519.LEN, X25519.LEN);
        Bytes y = ephemeral.publicKey();
        try (HsNtorKeys.Rendezvous derived = new HsNtorKeys.Rendezvous(secrets, authKey, serviceKey, clientKey, y)) {
            Bytes reply = Bytes.concat(y, Bytes.copyOf(derived.authInputMac()));
            return new ServerReply(reply, new DerivedKeyStream(derived.keys()));
        } finally {
            Wipe.all(secrets);
        }
    }

    @Override
    public void close() {
        shared.close();
    }
}
