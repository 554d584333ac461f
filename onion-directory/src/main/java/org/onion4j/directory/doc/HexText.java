package org.onion4j.directory.doc;

import org.onion4j.crypto.bytes.Bytes;

/** Hexadecimal as documents hold it. Static methods: any thread. */
final class HexText {
    private HexText() {}

    /** What hexadecimal text of either case stands for, which must be exactly {@code length} bytes. */
    static Bytes decode(ItemReader in, String hex, int length, String field) throws DocumentException {
        byte[] out = new byte[length];
        if (!decode(hex, out)) {
            throw in.fault(field + " is not hexadecimal of " + length + " bytes");
        }
        return Bytes.copyOf(out);
    }

    /** Fills {@code out}; false unless the text is hexadecimal of exactly that length. */
    static boolean decode(String hex, byte[] out) {
        if (hex.length() != 2 * out.length) {
            return false;
        }
        for (int i = 0; i < out.length; i++) {
            int high = digit(hex.charAt(2 * i));
            int low = digit(hex.charAt(2 * i + 1));
            if (high < 0 || low < 0) {
                return false;
            }
            out[i] = (byte) (high << 4 | low);
        }
        return true;
    }

    /** The value of a digit, or -1. Only ASCII: other scripts have digits too, which don't count. */
    static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        } else if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        } else if (c >= 'A' && c <= 'F') {
            return c - 'A' + 10;
        }
        return -1;
    }
}
