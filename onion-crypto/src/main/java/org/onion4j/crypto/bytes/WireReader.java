package org.onion4j.crypto.bytes;

import static com.google.common.base.Preconditions.checkPositionIndexes;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;

/**
 * Reads big-endian fields off a range of an array, checking each against the bytes that are left. The array stays the
 * caller's; values are copied out of it. Each method names the field it reads, for the error text. Not for more than
 * one thread.
 */
public final class WireReader {
    private final byte[] array;
    private int position;
    private final int limit;

    /** Reads the whole array. */
    public WireReader(byte[] array) {
        this(array, 0, array.length);
    }

    /** Reads {@code length} bytes of the array from {@code offset}. */
    public WireReader(byte[] array, int offset, int length) {
        checkPositionIndexes(offset, offset + length, array.length);
        this.array = array;
        this.position = offset;
        this.limit = offset + length;
    }

    /** Reads the content of an immutable string. */
    public WireReader(Bytes bytes) {
        this(bytes.toArray());
    }

    /** How many bytes are left. */
    public int remaining() {
        return limit - position;
    }

    /** An unsigned byte. */
    public int u8(String field) throws WireFormatException {
        need(1, field);
        return array[position++] & 0xff;
    }

    /** An unsigned number of 2 bytes. */
    public int u16(String field) throws WireFormatException {
        need(2, field);
        int value = (array[position] & 0xff) << 8 | (array[position + 1] & 0xff);
        position += 2;
        return value;
    }

    /** An unsigned number of 4 bytes. */
    public long u32(String field) throws WireFormatException {
        return ((long) u16(field) << 16) | u16(field);
    }

    /** A number of 8 bytes; those above 2^63 - 1 come out negative. */
    public long u64(String field) throws WireFormatException {
        return (u32(field) << 32) | u32(field);
    }

    /** A copy of the next {@code length} bytes. */
    public Bytes bytes(int length, String field) throws WireFormatException {
        need(length, field);
        Bytes value = Bytes.copyOf(array, position, length);
        position += length;
        return value;
    }

    /** A copy of the next {@code length} bytes as an array of the caller's. */
    public byte[] array(int length, String field) throws WireFormatException {
        need(length, field);
        byte[] value = Arrays.copyOfRange(array, position, position + length);
        position += length;
        return value;
    }

    /** A copy of all that is left, perhaps nothing. */
    public Bytes rest() {
        Bytes value = Bytes.copyOf(array, position, limit - position);
        position = limit;
        return value;
    }

    /** A reader of the next {@code length} bytes alone; this one goes on behind them. */
    public WireReader sub(int length, String field) throws WireFormatException {
        need(length, field);
        WireReader part = new WireReader(array, position, length);
        position += length;
        return part;
    }

    /** Passes over {@code length} bytes. */
    @CanIgnoreReturnValue
    public WireReader skip(int length, String field) throws WireFormatException {
        need(length, field);
        position += length;
        return this;
    }

    /** Fails if any byte is left. */
    public void expectEnd(String structure) throws WireFormatException {
        if (position != limit) {
            throw new WireFormatException(structure + " has " + (limit - position) + " bytes too many");
        }
    }

    private void need(int length, String field) throws WireFormatException {
        if (length < 0 || length > limit - position) {
            throw new WireFormatException(field + " needs " + length + " bytes, " + (limit - position) + " are left");
        }
    }
}
