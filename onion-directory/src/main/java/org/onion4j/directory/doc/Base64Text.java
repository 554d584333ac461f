package org.onion4j.directory.doc;

import java.util.Arrays;

/** Base64 as documents hold it, decoded from a range of an array. Static methods: any thread. */
final class Base64Text {
    private static final byte[] VALUES = values();

    private Base64Text() {}

    /**
     * Fills {@code out} with what the range stands for; false unless the range is exactly that long, with its padding
     * or without any.
     */
    static boolean decodeExactly(byte[] text, int from, int to, byte[] out) {
        int chars = (out.length * 4 + 2) / 3;
        int padded = (out.length + 2) / 3 * 4;
        int length = to - from;
        if (length != chars && length != padded) {
            return false;
        }
        for (int i = from + chars; i < to; i++) {
            if (text[i] != '=') {
                return false;
            }
        }
        int bits = 0;
        int held = 0;
        int at = 0;
        int bad = 0;
        for (int i = from; i < from + chars; i++) {
            int value = VALUES[text[i] & 0xff];
            bad |= value;
            bits = bits << 6 | (value & 0x3f);
            held += 6;
            if (held >= 8) {
                held -= 8;
                out[at++] = (byte) (bits >>> held);
            }
        }
        return bad >= 0;
    }

    /** What lines of base64 stand for, line feeds passed over; null if something else is in them. */
    static byte[] decodeLines(byte[] text, int from, int to) {
        byte[] out = new byte[(to - from) / 4 * 3 + 3];
        int at = 0;
        int bits = 0;
        int chars = 0;
        int padding = 0;
        for (int i = from; i < to; i++) {
            byte c = text[i];
            if (c == '\n') {
                continue;
            } else if (c == '=') {
                padding++;
                continue;
            }
            int value = VALUES[c & 0xff];
            if (value < 0 || padding > 0) {
                return null;
            }
            bits = bits << 6 | value;
            if (++chars % 4 == 0) {
                out[at++] = (byte) (bits >>> 16);
                out[at++] = (byte) (bits >>> 8);
                out[at++] = (byte) bits;
            }
        }
        int left = chars % 4;
        if (left == 1 || (padding != 0 && padding != (4 - left) % 4)) {
            return null;
        }
        if (left >= 2) {
            out[at++] = (byte) (bits >>> (left == 2 ? 4 : 10));
        }
        if (left == 3) {
            out[at++] = (byte) (bits >>> 2);
        }
        return Arrays.copyOf(out, at);
    }

    private static byte[] values() {
        byte[] values = new byte[256];
        Arrays.fill(values, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        return values;
    }
}
