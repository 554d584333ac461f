package org.onion4j.crypto.testing;

import java.util.SplittableRandom;
import org.onion4j.crypto.random.RandomSource;

/** Randomness that a seed determines, so that a test runs the same each time. Any thread. */
public final class SeededRandom implements RandomSource {
    private final SplittableRandom random;

    public SeededRandom(long seed) {
        this.random = new SplittableRandom(seed);
    }

    @Override
    public synchronized void nextBytes(byte[] target) {
        random.nextBytes(target);
    }
}
