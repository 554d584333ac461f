package org.onion4j.testnet.relay;

import java.util.ArrayDeque;
import java.util.Arrays;

/** Bytes in order. On the relay's loop. */
final class ByteQueue {
    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private int headOffset; // bytes taken from the first chunk
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Adds a copy. */
    void add(byte[] bytes, int offset, int length) {
        if (length > 0) {
            adopt(Arrays.copyOfRange(bytes, offset, offset + length));
        }
    }

    /** Adds an array that nobody changes any more. */
    void adopt(byte[] bytes) {
        if (bytes.length > 0) {
            chunks.addLast(bytes);
            size += bytes.length;
        }
    }

    /** Takes up to {@code length} bytes out, and says how many. */
    int take(byte[] target, int offset, int length) {
        int taken = 0;
        while (taken < length && size > 0) {
            byte[] head = chunks.peekFirst();
            int part = Math.min(length - taken, head.length - headOffset);
            System.arraycopy(head, headOffset, target, offset + taken, part);
            taken += part;
            size -= part;
            headOffset += part;
            if (headOffset == head.length) {
                chunks.removeFirst();
                headOffset = 0;
            }
        }
        return taken;
    }

    void clear() {
        chunks.clear();
        headOffset = 0;
        size = 0;
    }
}
