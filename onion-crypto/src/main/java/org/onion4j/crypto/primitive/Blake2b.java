package org.onion4j.crypto.primitive;

import java.util.Arrays;
import org.bouncycastle.crypto.digests.Blake2bDigest;

/** BLAKE2b without a key. The length of the digest is part of what is hashed. Static methods: any thread. Spec: RFC 7693. */
public final class Blake2b {
    /** Size in bytes of the longest digest. */
    public static final int MAX_LEN = 64;
    /** Size in bytes of a salt. */
    public static final int SALT_LEN = 16;

    private Blake2b() {}

    /**
     * The digest of the parts joined end to end.
     *
     * @param length 1 to {@link #MAX_LEN} bytes
     */
    public static byte[] digest(int length, byte[]... parts) {
        return finish(new Blake2bDigest(Byte.SIZE * length), length, parts);
    }

    /**
     * The digest under a salt, which is filled up with zeros.
     *
     * @param length 1 to {@link #MAX_LEN} bytes
     * @param salt at most {@link #SALT_LEN} bytes
     */
    public static byte[] salted(int length, byte[] salt, byte[]... parts) {
        return finish(new Blake2bDigest(null, length, Arrays.copyOf(salt, SALT_LEN), null), length, parts);
    }

    private static byte[] finish(Blake2bDigest digest, int length, byte[]... parts) {
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        byte[] value = new byte[length];
        digest.doFinal(value, 0);
        return value;
    }
}
