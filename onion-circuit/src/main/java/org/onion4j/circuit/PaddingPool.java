package org.onion4j.circuit;

import org.onion4j.circuit.message.PaddingSource;
import org.onion4j.crypto.random.RandomSource;

/**
 * Random bytes for the padding of relay messages, drawn from the random source by the pool, since many small draws are
 * dear. Each byte is used once.
 *
 * <p>Threading: guarded by the lock of the circuit.
 */
final class PaddingPool implements PaddingSource {
    private static final int POOL_BYTES = 2048;

    private final RandomSource random;
    private final byte[] pool = new byte[POOL_BYTES];
    private int used = POOL_BYTES;

    PaddingPool(RandomSource random) {
        this.random = random;
    }

    @Override
    public void fill(byte[] target, int offset, int length) {
        if (length > POOL_BYTES - used) {
            random.nextBytes(pool);
            used = 0;
        }
        System.arraycopy(pool, used, target, offset, length);
        used += length;
    }
}
