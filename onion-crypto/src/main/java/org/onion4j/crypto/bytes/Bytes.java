package org.onion4j.crypto.bytes;

import static com.google.common.base.Preconditions.checkPositionIndexes;

import com.google.common.io.BaseEncoding;
import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;

/**
 * An immutable string of bytes, compared by content. For public values only: {@link #toString} prints the content in
 * hexadecimal and {@link #equals} takes a time that depends on it. Secrets are {@link SecretBytes}.
 */
@Immutable
public final class Bytes implements Comparable<Bytes> {
    /** The string of no bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0]);

    @SuppressWarnings("Immutable") // never written after the constructor, never given out
    private final byte[] array;

    private Bytes(byte[] array) {
        this.array = array;
    }

    /** A copy of the whole array. */
    public static Bytes copyOf(byte... bytes) {
        return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
    }

    /** A copy of {@code length} bytes of the array from {@code offset}. */
    public static Bytes copyOf(byte[] bytes, int offset, int length) {
        checkPositionIndexes(offset, offset + length, bytes.length);
        return length == 0 ? EMPTY : new Bytes(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    /**
     * The bytes that hexadecimal text of either case stands for.
     *
     * @throws IllegalArgumentException if the text has an odd length or another character
     */
    public static Bytes fromHex(CharSequence hex) {
        return new Bytes(BaseEncoding.base16().decode(hex.toString().toUpperCase(java.util.Locale.ROOT)));
    }

    /** The strings joined end to end. */
    public static Bytes concat(Bytes... parts) {
        int size = 0;
        for (Bytes part : parts) {
            size += part.size();
        }
        byte[] all = new byte[size];
        int at = 0;
        for (Bytes part : parts) {
            part.copyTo(all, at);
            at += part.size();
        }
        return new Bytes(all);
    }

    /** The number of bytes. */
    public int size() {
        return array.length;
    }

    public boolean isEmpty() {
        return array.length == 0;
    }

    /** The byte at an index from 0, as a signed value. */
    public byte get(int index) {
        return array[index];
    }

    /** A copy of the bytes from {@code from} (inclusive) to {@code to} (exclusive). */
    public Bytes slice(int from, int to) {
        checkPositionIndexes(from, to, array.length);
        return from == 0 && to == array.length ? this : new Bytes(Arrays.copyOfRange(array, from, to));
    }

    /** A new array with the content; the caller owns it. */
    public byte[] toArray() {
        return array.clone();
    }

    /** Writes the whole content into {@code target} from {@code offset} on. */
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(array, 0, target, offset, array.length);
    }

    /** Lower-case hexadecimal. */
    public String hex() {
        return BaseEncoding.base16().lowerCase().encode(array);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(array, that.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    /** Orders by unsigned bytes, shorter first where one is the beginning of the other. */
    @Override
    public int compareTo(Bytes other) {
        int common = Math.min(array.length, other.array.length);
        for (int i = 0; i < common; i++) {
            int order = Integer.compare(array[i] & 0xff, other.array[i] & 0xff);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(array.length, other.array.length);
    }

    @Override
    public String toString() {
        return hex();
    }
}
