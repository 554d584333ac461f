package org.onion4j.crypto.random;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Where random bytes come from. May be called from any thread. An implementation that cannot give good bytes throws
 * {@link RandomnessException}; nothing may go on with other ones.
 */
public interface RandomSource {
    /** Fills the whole array with bytes that an attacker cannot guess. */
    void nextBytes(byte[] target);

    /** A new array of {@code length} random bytes. */
    default byte[] bytes(int length) {
        byte[] value = new byte[length];
        nextBytes(value);
        return value;
    }

    /** A uniform number of 64 bits. */
    default long nextLong() {
        byte[] b = bytes(8);
        long value = 0;
        for (byte one : b) {
            value = value << 8 | (one & 0xff);
        }
        return value;
    }

    /** A uniform number from 0 (inclusive) to {@code bound} (exclusive), without bias. */
    default long nextLong(long bound) {
        checkArgument(bound > 0, "bound %s", bound);
        while (true) {
            long bits = nextLong() >>> 1;
            long value = bits % bound;
            if (bits - value + (bound - 1) >= 0) { // else in the last, incomplete run: would favour small values
                return value;
            }
        }
    }

    /** A uniform number from 0 (inclusive) to {@code bound} (exclusive), without bias. */
    default int nextInt(int bound) {
        return (int) nextLong(bound);
    }

    /** A uniform number from 0.0 (inclusive) to 1.0 (exclusive), with 53 random bits. */
    default double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }
}
