package org.onion4j.testnet.relay;

import org.onion4j.circuit.message.PaddingSource;
import org.onion4j.crypto.random.RandomSource;

/**
 * What fills relay messages: numbers that look random and cost little. Nothing secret hangs on them in a network for
 * tests. On the relay's loop.
 */
final class RelayPadding implements PaddingSource {
    private long state;

    RelayPadding(RandomSource random) {
        this.state = random.nextLong() | 1;
    }

    @Override
    public void fill(byte[] target, int offset, int length) {
        long bits = state;
        int end = offset + length;
        for (int at = offset; at < end; ) {
            bits ^= bits << 13;
            bits ^= bits >>> 7;
            bits ^= bits << 17;
            for (long eight = bits, left = Math.min(8, end - at); left > 0; left--, eight >>>= 8) {
                target[at++] = (byte) eight;
            }
        }
        state = bits;
    }
}
