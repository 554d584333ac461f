package org.onion4j.testnet.keys;

import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.random.RandomSource;

/**
 * Randomness that a seed determines, so that a network is the same each time. Nothing that leaves a test may rest on it.
 * Any thread; the order of calls matters, so parts that run side by side get one each by {@link #of}.
 */
public final class SeededRandom implements RandomSource {
    private final ReentrantLock lock = new ReentrantLock();
    private final SplittableRandom random;

    private SeededRandom(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** The randomness of one part of a network, which depends on the seed and on the part's name. */
    public static SeededRandom of(long seed, String part) {
        long mixed = seed;
        for (int i = 0; i < part.length(); i++) {
            mixed = new SplittableRandom(mixed + part.charAt(i)).nextLong();
        }
        return new SeededRandom(mixed);
    }

    @Override
    public void nextBytes(byte[] target) {
        lock.lock();
        try {
            random.nextBytes(target);
        } finally {
            lock.unlock();
        }
    }
}
