package org.onion4j.crypto.bytes;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A secret string of bytes, owned by whoever made it and wiped by {@link #close}. It prints nothing, has no content
 * equality but {@link #equalsConstantTime}, and gives its bytes only through {@link #exposeArray} and
 * {@link #exposeCopy}, so that a search for those names finds every use.
 *
 * <p>Threading: confined to one thread at a time; the owner hands it over safely.
 */
public final class SecretBytes implements AutoCloseable {
    private final byte[] array;
    private boolean wiped;

    private SecretBytes(byte[] array) {
        this.array = array;
    }

    /** Takes over the array: the caller must not use it again. */
    public static SecretBytes adopt(byte[] bytes) {
        return new SecretBytes(bytes);
    }

    /** A copy of {@code length} bytes of the array from {@code offset}; the source stays the caller's to wipe. */
    public static SecretBytes copyOf(byte[] bytes, int offset, int length) {
        return new SecretBytes(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    /** The number of bytes. */
    public int size() {
        return array.length;
    }

    /**
     * The secret itself, not a copy: the caller must neither change nor keep it.
     *
     * @throws IllegalStateException if it has been wiped
     */
    public byte[] exposeArray() {
        if (wiped) {
            throw new IllegalStateException("the secret has been wiped");
        }
        return array;
    }

    /**
     * A copy of the secret that the caller must wipe.
     *
     * @throws IllegalStateException if it has been wiped
     */
    public byte[] exposeCopy() {
        return exposeArray().clone();
    }

    /** Whether both hold the same bytes, found out in a time that depends on the lengths alone. */
    public boolean equalsConstantTime(SecretBytes other) {
        return MessageDigest.isEqual(exposeArray(), other.exposeArray());
    }

    /** Overwrites the secret with zeros. Doing so again has no effect. */
    @Override
    public void close() {
        wiped = true;
        Arrays.fill(array, (byte) 0);
    }

    @Override
    public String toString() {
        return "SecretBytes(" + array.length + " bytes)";
    }
}
