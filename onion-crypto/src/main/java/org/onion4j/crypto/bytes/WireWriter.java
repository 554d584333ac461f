package org.onion4j.crypto.bytes;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;

/**
 * Writes big-endian fields into a buffer that grows, or into a range of an array that does not. A value that does not
 * fit its field, or a field that does not fit the range, is a mistake of ours: {@link IllegalArgumentException}. Not
 * for more than one thread.
 */
public final class WireWriter {
    private byte[] array;
    private final int start;
    private int position;
    private final int limit;

    /** A buffer that grows as needed. */
    public WireWriter() {
        this.array = new byte[64];
        this.start = 0;
        this.limit = Integer.MAX_VALUE;
    }

    /** Writes into {@code length} bytes of the caller's array from {@code offset}, and never past them. */
    public WireWriter(byte[] target, int offset, int length) {
        checkArgument(offset >= 0 && length >= 0 && offset + length <= target.length, "range outside of the array");
        this.array = target;
        this.start = offset;
        this.position = offset;
        this.limit = offset + length;
    }

    /** How many bytes have been written. */
    public int size() {
        return position - start;
    }

    /** An unsigned byte, 0 to 255. */
    @CanIgnoreReturnValue
    public WireWriter u8(int value) {
        checkArgument(value >= 0 && value <= 0xff, "%s is not an unsigned byte", value);
        room(1);
        array[position++] = (byte) value;
        return this;
    }

    /** An unsigned number of 2 bytes, 0 to 65535. */
    @CanIgnoreReturnValue
    public WireWriter u16(int value) {
        checkArgument(value >= 0 && value <= 0xffff, "%s does not fit 2 bytes", value);
        room(2);
        array[position++] = (byte) (value >>> 8);
        array[position++] = (byte) value;
        return this;
    }

    /** An unsigned number of 4 bytes. */
    @CanIgnoreReturnValue
    public WireWriter u32(long value) {
        checkArgument(value >= 0 && value <= 0xffffffffL, "%s does not fit 4 bytes", value);
        return u16((int) (value >>> 16)).u16((int) (value & 0xffff));
    }

    /** A number of 8 bytes. */
    @CanIgnoreReturnValue
    public WireWriter u64(long value) {
        return u32(value >>> 32).u32(value & 0xffffffffL);
    }

    @CanIgnoreReturnValue
    public WireWriter bytes(Bytes value) {
        room(value.size());
        value.copyTo(array, position);
        position += value.size();
        return this;
    }

    @CanIgnoreReturnValue
    public WireWriter bytes(byte[] value) {
        return bytes(value, 0, value.length);
    }

    @CanIgnoreReturnValue
    public WireWriter bytes(byte[] value, int offset, int length) {
        room(length);
        System.arraycopy(value, offset, array, position, length);
        position += length;
        return this;
    }

    /** {@code count} zero bytes. */
    @CanIgnoreReturnValue
    public WireWriter zeros(int count) {
        room(count);
        Arrays.fill(array, position, position + count, (byte) 0);
        position += count;
        return this;
    }

    /** What has been written, as a value of its own. */
    public Bytes toBytes() {
        return Bytes.copyOf(array, start, position - start);
    }

    /** What has been written, as a new array of the caller's. */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, start, position);
    }

    private void room(int length) {
        checkArgument(length <= limit - position, "no room for %s more bytes", length);
        if (length > array.length - position) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, position + length));
        }
    }
}
