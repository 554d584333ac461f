package org.onion4j.crypto.primitive;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.crypto.digests.SHA3Digest;
import org.onion4j.crypto.bytes.Bytes;

/** The hash functions of the protocol. Static methods: any thread; the objects they give: one thread at a time. */
public final class Digests {
    /** Size of a SHA-1 digest in bytes. */
    public static final int SHA1_LEN = 20;
    /** Size of a SHA-256 or SHA3-256 digest in bytes. */
    public static final int SHA256_LEN = 32;

    private Digests() {}

    /** A new SHA-1 computation, for what the protocol fixed on it; it can be cloned. */
    public static MessageDigest newSha1() {
        return platform("SHA-1");
    }

    /** A new SHA-256 computation; it can be cloned. */
    public static MessageDigest newSha256() {
        return platform("SHA-256");
    }

    /** A new SHA-512 computation; it can be cloned. */
    public static MessageDigest newSha512() {
        return platform("SHA-512");
    }

    /** SHA-1 of the parts joined end to end. */
    public static Bytes sha1(byte[]... parts) {
        return Bytes.copyOf(digest(newSha1(), parts));
    }

    /** SHA-256 of the parts joined end to end. */
    public static Bytes sha256(byte[]... parts) {
        return Bytes.copyOf(digest(newSha256(), parts));
    }

    /** SHA3-256 of the parts joined end to end. */
    public static Bytes sha3(byte[]... parts) {
        return Bytes.copyOf(sha3Array(parts));
    }

    /** SHA3-256 of {@code length} bytes of the array from {@code offset}. */
    public static Bytes sha3(byte[] bytes, int offset, int length) {
        SHA3Digest digest = new SHA3Digest(8 * SHA256_LEN);
        digest.update(bytes, offset, length);
        return Bytes.copyOf(finish(digest));
    }

    /** SHA3-256 of the parts joined end to end, as an array of the caller's: for secret values. */
    public static byte[] sha3Array(byte[]... parts) {
        SHA3Digest digest = new SHA3Digest(8 * SHA256_LEN);
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        return finish(digest);
    }

    private static byte[] finish(SHA3Digest digest) {
        byte[] value = new byte[SHA256_LEN];
        digest.doFinal(value, 0);
        return value;
    }

    private static byte[] digest(MessageDigest digest, byte[]... parts) {
        for (byte[] part : parts) {
            digest.update(part);
        }
        return digest.digest();
    }

    private static MessageDigest platform(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this platform has no " + algorithm, e);
        }
    }
}
