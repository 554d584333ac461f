package org.onion4j.crypto.random;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The platform's {@link SecureRandom}, refusing what a broken or restored generator gives: a request of 16 bytes or
 * more that comes back all zero, or equal to the one before it, throws {@link RandomnessException}. Any thread.
 */
public final class SystemRandom implements RandomSource {
    private static final int CHECKED_LEN = 16;

    private final SecureRandom source;
    private byte[] last = new byte[CHECKED_LEN]; // guarded by this; all zero at first, which no request may be

    /** Uses the platform's default generator. */
    public SystemRandom() {
        this(new SecureRandom());
    }

    /** Uses the given generator. */
    public SystemRandom(SecureRandom source) {
        this.source = source;
    }

    @Override
    public void nextBytes(byte[] target) {
        try {
            source.nextBytes(target);
        } catch (RuntimeException e) {
            throw new RandomnessException("the random source failed", e);
        }
        if (target.length >= CHECKED_LEN) {
            check(Arrays.copyOf(target, CHECKED_LEN));
        }
    }

    private synchronized void check(byte[] head) {
        if (Arrays.equals(head, last) || Arrays.equals(head, new byte[CHECKED_LEN])) {
            throw new RandomnessException("the random source repeats itself");
        }
        last = head;
    }
}
