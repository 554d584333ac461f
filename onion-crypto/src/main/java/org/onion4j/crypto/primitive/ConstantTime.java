package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkPositionIndexes;

import org.onion4j.crypto.bytes.Bytes;

/**
 * Comparisons whose time depends on the lengths alone. Every comparison of a secret, or of a value that proves knowledge
 * of one (a MAC, a digest of a running state), goes through here. Any thread.
 */
public final class ConstantTime {
    private ConstantTime() {}

    /** Whether both arrays have the same length and content. */
    public static boolean equal(byte[] a, byte[] b) {
        return a.length == b.length && equal(a, 0, b, 0, a.length);
    }

    /** Whether both strings have the same length and content. */
    public static boolean equal(Bytes a, byte[] b) {
        return equal(a.toArray(), b);
    }

    /** Whether {@code length} bytes of {@code a} from {@code aOffset} are those of {@code b} from {@code bOffset}. */
    public static boolean equal(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        checkPositionIndexes(aOffset, aOffset + length, a.length);
        checkPositionIndexes(bOffset, bOffset + length, b.length);
        int difference = 0;
        for (int i = 0; i < length; i++) {
            difference |= a[aOffset + i] ^ b[bOffset + i];
        }
        return difference == 0;
    }

    /** Whether all outcomes are true, without showing in the time which one is not. */
    public static boolean all(boolean... outcomes) {
        boolean all = true;
        for (boolean one : outcomes) {
            all &= one;
        }
        return all;
    }

    /** Whether all bytes are zero. */
    public static boolean isZero(byte[] bytes) {
        int seen = 0;
        for (byte one : bytes) {
            seen |= one;
        }
        return seen == 0;
    }
}
