package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.random.RandomSource;

/**
 * An X25519 key pair, its private half wiped by {@link #close}. Spec: RFC 7748, "Curve25519"; tor-spec calls the group
 * curve25519. Not for more than one thread.
 */
public final class X25519 implements AutoCloseable {
    /** Size in bytes of a private key, a public key and a shared secret. */
    public static final int LEN = 32;

    private final SecretBytes privateKey;
    private final Bytes publicKey;

    private X25519(SecretBytes privateKey) {
        checkArgument(privateKey.size() == LEN, "X25519 private key of %s bytes", privateKey.size());
        this.privateKey = privateKey;
        byte[] point = new byte[LEN];
        org.bouncycastle.math.ec.rfc7748.X25519.scalarMultBase(privateKey.exposeArray(), 0, point, 0);
        this.publicKey = Bytes.copyOf(point);
    }

    /** A private key for {@link #isUsable}: any will do. */
    private static final byte[] PROBE = new byte[LEN];

    /** Whether a secret can be shared with the owner of a public key: false for keys of small order. */
    public static boolean isUsable(Bytes publicKey) {
        return publicKey.size() == LEN
                && org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(
                        PROBE, 0, publicKey.toArray(), 0, new byte[LEN], 0);
    }

    /** A new pair. */
    public static X25519 generate(RandomSource random) {
        return new X25519(SecretBytes.adopt(random.bytes(LEN)));
    }

    /** The pair of a private key of {@link #LEN} bytes, which it takes over. */
    public static X25519 ofPrivateKey(SecretBytes privateKey) {
        return new X25519(privateKey);
    }

    /** The public key, {@link #LEN} bytes. */
    public Bytes publicKey() {
        return publicKey;
    }

    /**
     * Computes the secret shared with the owner of another public key. A key of small order gives zeros, which must not
     * be used: the caller looks at the outcome, and may do so after the rest of its computation, since nothing here
     * depends on it.
     *
     * @param peer {@link #LEN} bytes; the highest bit is ignored
     * @param target receives {@link #LEN} bytes from {@code offset}
     * @return whether the secret is good, that is not all zero; found out in constant time
     */
    public boolean agree(Bytes peer, byte[] target, int offset) {
        checkArgument(peer.size() == LEN, "X25519 public key of %s bytes", peer.size());
        return org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(
                privateKey.exposeArray(), 0, peer.toArray(), 0, target, offset);
    }

    /**
     * A pair that signs with this private key, for cross-certificates. Its public key is that of {@link
     * Ed25519#fromX25519}, with the sign bit that is the highest of its last byte. Spec: dir-spec, "Converting a
     * curve25519 public key to an ed25519 public key".
     */
    public Ed25519KeyPair asEd25519() {
        return Ed25519KeyPair.ofX25519PrivateKey(privateKey);
    }

    @Override
    public void close() {
        privateKey.close();
    }

    @Override
    public String toString() {
        return "X25519";
    }
}
