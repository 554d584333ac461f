package org.onion4j.crypto.testing;

import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.crypto.random.SystemRandom;

/** Real randomness that a test breaks and repairs, from any thread. */
public final class BreakableRandom implements RandomSource {
    private final RandomSource real = new SystemRandom();
    private volatile boolean broken;

    /** From now on it fails. */
    public void fail() {
        broken = true;
    }

    /** Takes {@link #fail} back. */
    public void repair() {
        broken = false;
    }

    @Override
    public void nextBytes(byte[] target) {
        if (broken) {
            throw new RandomnessException("no randomness");
        }
        real.nextBytes(target);
    }
}
