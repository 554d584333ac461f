package org.onion4j.crypto.primitive;

/**
 * Numbers modulo L, the order of the group of Ed25519, for secret values: bit by bit, in a time that is always the same.
 * Numbers are little-endian. Spec: RFC 8032, "Ed25519".
 */
final class GroupScalar {
    /** Size of a reduced number in bytes. */
    static final int LEN = 32;

    private static final int LIMBS = 8;
    private static final long LOW = 0xffffffffL;

    /** L = 2^252 + 27742317777372353535851937790883648493, lowest 32 bits first. */
    private static final int[] ORDER = {
        0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0x00000000, 0x00000000, 0x00000000, 0x10000000
    };

    private GroupScalar() {}

    /** A number of any length, reduced: an array of {@link #LEN} bytes of the caller's. */
    static byte[] reduce(byte[] number) {
        int[] sum = new int[LIMBS];
        for (int i = 8 * number.length - 1; i >= 0; i--) {
            twice(sum);
            sum[0] |= bit(number, i);
            subtractOrderOnce(sum);
        }
        return finish(sum);
    }

    /** {@code factor * number + addend}, reduced; {@code number} and {@code addend} are reduced already. */
    static byte[] multiplyAdd(byte[] factor, byte[] number, byte[] addend) {
        int[] multiplicand = limbs(number);
        int[] sum = new int[LIMBS];
        for (int i = 8 * factor.length - 1; i >= 0; i--) {
            twice(sum);
            subtractOrderOnce(sum);
            add(sum, multiplicand, -bit(factor, i));
            subtractOrderOnce(sum);
        }
        Wipe.all(multiplicand);
        int[] last = limbs(addend);
        add(sum, last, -1);
        Wipe.all(last);
        subtractOrderOnce(sum);
        return finish(sum);
    }

    private static int bit(byte[] number, int index) {
        return (number[index >>> 3] >>> (index & 7)) & 1;
    }

    private static void twice(int[] number) {
        int carry = 0;
        for (int i = 0; i < LIMBS; i++) {
            int next = number[i] >>> 31;
            number[i] = (number[i] << 1) | carry;
            carry = next;
        }
    }

    private static void add(int[] sum, int[] other, int mask) {
        long carry = 0;
        for (int i = 0; i < LIMBS; i++) {
            carry += (sum[i] & LOW) + (other[i] & mask & LOW);
            sum[i] = (int) carry;
            carry >>>= 32;
        }
    }

    /** Brings a number below twice the order below the order. */
    private static void subtractOrderOnce(int[] number) {
        int[] less = new int[LIMBS];
        long borrow = 0;
        for (int i = 0; i < LIMBS; i++) {
            borrow += (number[i] & LOW) - (ORDER[i] & LOW);
            less[i] = (int) borrow;
            borrow >>= 32;
        }
        int keep = (int) borrow; // all ones if the number was the smaller one
        for (int i = 0; i < LIMBS; i++) {
            number[i] = (number[i] & keep) | (less[i] & ~keep);
        }
    }

    private static int[] limbs(byte[] number) {
        int[] limbs = new int[LIMBS];
        for (int i = 0; i < LEN; i++) {
            limbs[i >>> 2] |= (number[i] & 0xff) << (8 * (i & 3));
        }
        return limbs;
    }

    private static byte[] finish(int[] limbs) {
        byte[] number = new byte[LEN];
        for (int i = 0; i < LEN; i++) {
            number[i] = (byte) (limbs[i >>> 2] >>> (8 * (i & 3)));
        }
        Wipe.all(limbs);
        return number;
    }
}
