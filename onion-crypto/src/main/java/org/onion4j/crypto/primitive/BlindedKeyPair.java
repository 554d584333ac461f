package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;

/**
 * An Ed25519 key pair that was made of another by a factor that anybody may know: who knows both public keys can tell
 * that they belong together, who knows the blinded one alone can't. Its secret half is wiped by {@link #close}. Spec:
 * rend-spec-v3, "Key derivation" (appendix A). Not for more than one thread.
 */
public final class BlindedKeyPair implements Ed25519Signer, AutoCloseable {
    /** Size of a blinding factor in bytes. */
    public static final int FACTOR_LEN = 32;

    private static final byte[] PREFIX_LABEL =
            "Derive temporary signing key hash input".getBytes(StandardCharsets.US_ASCII);

    private final SecretBytes scalar;
    private final SecretBytes prefix;
    private final Bytes publicKey;

    private BlindedKeyPair(SecretBytes scalar, SecretBytes prefix, Bytes publicKey) {
        this.scalar = scalar;
        this.prefix = prefix;
        this.publicKey = publicKey;
    }

    /** See {@link Ed25519KeyPair#blind}. */
    static BlindedKeyPair of(SecretBytes expanded, Bytes factor) {
        byte[] secret = expanded.exposeArray();
        byte[] a = new byte[GroupScalar.LEN];
        System.arraycopy(secret, 0, a, 0, a.length);
        byte[] reduced = GroupScalar.reduce(a);
        byte[] blinded = GroupScalar.multiplyAdd(prune(factor), reduced, new byte[GroupScalar.LEN]);
        MessageDigest sha512 = Digests.newSha512();
        sha512.update(PREFIX_LABEL);
        sha512.update(secret, GroupScalar.LEN, secret.length - GroupScalar.LEN);
        byte[] hash = sha512.digest();
        SecretBytes prefix = SecretBytes.copyOf(hash, 0, GroupScalar.LEN);
        Bytes publicKey = EdwardsPoint.BASE.times(blinded).encode();
        Wipe.all(a, reduced, hash);
        return new BlindedKeyPair(SecretBytes.adopt(blinded), prefix, publicKey);
    }

    /**
     * The blinded form of a public key.
     *
     * @param publicKey one that {@link Ed25519#isValidPublicKey} has found good
     * @param factor {@link #FACTOR_LEN} bytes, pruned here
     */
    public static Bytes blind(Bytes publicKey, Bytes factor) {
        return EdwardsPoint.decode(publicKey).times(prune(factor)).encode();
    }

    private static byte[] prune(Bytes factor) {
        checkArgument(factor.size() == FACTOR_LEN, "blinding factor of %s bytes", factor.size());
        byte[] h = factor.toArray();
        h[0] &= (byte) 0xf8;
        h[FACTOR_LEN - 1] = (byte) ((h[FACTOR_LEN - 1] & 0x3f) | 0x40);
        return h;
    }

    @Override
    public Bytes publicKey() {
        return publicKey;
    }

    @Override
    public Bytes sign(Bytes message) {
        MessageDigest sha512 = Digests.newSha512();
        sha512.update(prefix.exposeArray());
        byte[] nonceHash = sha512.digest(message.toArray());
        byte[] r = GroupScalar.reduce(nonceHash);
        Bytes bigR = EdwardsPoint.BASE.times(r).encode();
        sha512.update(bigR.toArray());
        sha512.update(publicKey.toArray());
        byte[] k = GroupScalar.reduce(sha512.digest(message.toArray()));
        byte[] s = GroupScalar.multiplyAdd(k, scalar.exposeArray(), r);
        Wipe.all(nonceHash, r);
        return Bytes.concat(bigR, Bytes.copyOf(s));
    }

    /** A secret of 32 bytes that follows from this key and a label: SHA3-256 of label, scalar and nonce prefix. */
    public SecretBytes derive(Bytes label) {
        return SecretBytes.adopt(Digests.sha3Array(label.toArray(), scalar.exposeArray(), prefix.exposeArray()));
    }

    @Override
    public void close() {
        scalar.close();
        prefix.close();
    }

    @Override
    public String toString() {
        return "BlindedKeyPair";
    }
}
