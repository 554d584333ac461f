package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.bouncycastle.math.ec.rfc8032.Ed25519.ExpandedKey;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.random.RandomSource;

/**
 * An Ed25519 key pair that signs, its secret half wiped by {@link #close}. It holds the key in its expanded form (scalar
 * 32 bytes, then the prefix of the nonce hash 32). Spec: RFC 8032, "Key Generation". Not for more than one thread.
 */
public final class Ed25519KeyPair implements Ed25519Signer, AutoCloseable {
    /** Size of a seed in bytes. */
    public static final int SEED_LEN = 32;
    /** Size of an expanded secret key in bytes. */
    public static final int EXPANDED_LEN = 64;

    private static final byte[] PREFIX_LABEL =
            "Derive high part of ed25519 key from curve25519 key\0".getBytes(StandardCharsets.US_ASCII);

    private final SecretBytes expanded;
    private final Bytes publicKey;

    private Ed25519KeyPair(SecretBytes expanded) {
        this.expanded = expanded;
        byte[] point = new byte[Ed25519.PUBLIC_KEY_LEN];
        ExpandedKey.generatePublicKey(expanded.exposeArray(), 0, point, 0);
        this.publicKey = Bytes.copyOf(point);
    }

    /** A new pair. */
    public static Ed25519KeyPair generate(RandomSource random) {
        try (SecretBytes seed = SecretBytes.adopt(random.bytes(SEED_LEN))) {
            return ofSeed(seed);
        }
    }

    /** The pair of a seed of {@link #SEED_LEN} bytes, which stays the caller's to wipe. */
    public static Ed25519KeyPair ofSeed(SecretBytes seed) {
        checkArgument(seed.size() == SEED_LEN, "Ed25519 seed of %s bytes", seed.size());
        byte[] expanded = new byte[EXPANDED_LEN];
        ExpandedKey.expandPrivateKey(seed.exposeArray(), 0, expanded, 0);
        ExpandedKey.prune(expanded, 0);
        return new Ed25519KeyPair(SecretBytes.adopt(expanded));
    }

    /**
     * The pair of an expanded secret key of {@link #EXPANDED_LEN} bytes, which it takes over.
     *
     * @throws IllegalArgumentException if the scalar isn't pruned as RFC 8032 asks, as a blinded key's isn't
     */
    public static Ed25519KeyPair ofExpanded(SecretBytes expanded) {
        checkArgument(expanded.size() == EXPANDED_LEN, "expanded Ed25519 key of %s bytes", expanded.size());
        byte[] scalar = expanded.exposeArray();
        checkArgument((scalar[0] & 0x07) == 0 && (scalar[31] & 0xc0) == 0x40, "the Ed25519 scalar isn't pruned");
        return new Ed25519KeyPair(expanded);
    }

    /** See {@link X25519#asEd25519}; the private key stays the caller's to wipe. */
    static Ed25519KeyPair ofX25519PrivateKey(SecretBytes privateKey) {
        byte[] scalar = privateKey.exposeArray();
        MessageDigest sha512 = Digests.newSha512();
        sha512.update(scalar);
        byte[] expanded = sha512.digest(PREFIX_LABEL);
        System.arraycopy(expanded, 0, expanded, X25519.LEN, X25519.LEN);
        System.arraycopy(scalar, 0, expanded, 0, X25519.LEN);
        expanded[0] &= (byte) 0xf8;
        expanded[X25519.LEN - 1] = (byte) ((expanded[X25519.LEN - 1] & 0x7f) | 0x40);
        return new Ed25519KeyPair(SecretBytes.adopt(expanded));
    }

    /**
     * The pair that follows from this one and a factor. Its public key is that of {@link BlindedKeyPair#blind} for this
     * one's.
     *
     * @param factor {@link BlindedKeyPair#FACTOR_LEN} bytes
     */
    public BlindedKeyPair blind(Bytes factor) {
        return BlindedKeyPair.of(expanded, factor);
    }

    /** The expanded secret key, {@link #EXPANDED_LEN} bytes: a copy that the caller closes. */
    public SecretBytes exposeExpanded() {
        return SecretBytes.adopt(expanded.exposeCopy());
    }

    @Override
    public Bytes publicKey() {
        return publicKey;
    }

    @Override
    public Bytes sign(Bytes message) {
        byte[] m = message.toArray();
        byte[] signature = new byte[Ed25519.SIGNATURE_LEN];
        ExpandedKey.sign(expanded.exposeArray(), 0, m, 0, m.length, signature, 0);
        return Bytes.copyOf(signature);
    }

    @Override
    public void close() {
        expanded.close();
    }

    @Override
    public String toString() {
        return "Ed25519KeyPair";
    }
}
