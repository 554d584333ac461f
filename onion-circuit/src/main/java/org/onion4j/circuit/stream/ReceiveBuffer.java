package org.onion4j.circuit.stream;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import org.onion4j.circuit.runtime.MemoryAccount;

/**
 * The bytes of a stream that have arrived and that the application has not read: a ring that grows up to a bound. The
 * bound is what flow control can ever let arrive, so that a buffer never has to refuse.
 *
 * <p>Threading: guarded by the receive lock of its stream.
 */
final class ReceiveBuffer {
    private static final int FIRST_CAPACITY_BYTES = 8 * 1024;
    /** A ring of this size or less is never given back while the stream is open. */
    private static final int KEPT_CAPACITY_BYTES = 64 * 1024;

    /** A larger one shrinks once it has been far too large so often. */
    private static final int PEAKS_TO_SHRINK = 64;

    private final int maxBytes;
    private final MemoryAccount account;
    private byte[] ring = new byte[0];
    private int start;
    private int size;
    private int smallPeaks; // how often in a row it got empty without having been a quarter full
    private int peak; // the most that waited since the ring was last empty

    ReceiveBuffer(int maxBytes, MemoryAccount account) {
        this.maxBytes = maxBytes;
        this.account = account;
    }

    /** How many bytes wait. */
    int size() {
        return size;
    }

    /** Appends bytes; flow control has made sure that they fit. */
    void append(byte[] from, int offset, int length) {
        checkState(length <= maxBytes - size, "more bytes than flow control allows");
        if (length > ring.length - size) {
            grow(size + length);
        }
        int at = wrap(start + size);
        int first = Math.min(length, ring.length - at);
        System.arraycopy(from, offset, ring, at, first);
        System.arraycopy(from, offset + first, ring, 0, length - first);
        size += length;
        account.onPut(length);
        peak = Math.max(peak, size);
    }

    /** Takes up to {@code length} bytes out, and says how many. */
    int take(byte[] to, int offset, int length) {
        checkArgument(length >= 0 && offset >= 0 && offset + length <= to.length);
        int taken = Math.min(length, size);
        int first = Math.min(taken, ring.length - start);
        System.arraycopy(ring, start, to, offset, first);
        System.arraycopy(ring, 0, to, offset + first, taken - first);
        start = wrap(start + taken);
        size -= taken;
        account.onTaken(taken);
        if (size == 0) {
            start = 0;
            smallPeaks = peak < ring.length / 4 ? smallPeaks + 1 : 0;
            if (ring.length > KEPT_CAPACITY_BYTES && smallPeaks >= PEAKS_TO_SHRINK) {
                ring = new byte[ring.length / 2]; // a burst has passed
                account.hold(ring.length);
                smallPeaks = 0;
            }
            peak = 0;
        }
        return taken;
    }

    /** Drops what waits, wipes it and gives the memory back. */
    void clear() {
        Arrays.fill(ring, (byte) 0);
        ring = new byte[0];
        start = 0;
        size = 0;
        account.release();
    }

    private int wrap(int index) {
        return index >= ring.length ? index - ring.length : index;
    }

    private void grow(int needed) {
        int capacity = Math.max(FIRST_CAPACITY_BYTES, ring.length);
        while (capacity < needed) {
            capacity *= 2;
        }
        byte[] larger = new byte[Math.min(capacity, Math.max(needed, maxBytes))];
        int first = Math.min(size, ring.length - start);
        System.arraycopy(ring, start, larger, 0, first);
        System.arraycopy(ring, 0, larger, first, size - first);
        ring = larger;
        start = 0;
        account.hold(ring.length);
    }
}
