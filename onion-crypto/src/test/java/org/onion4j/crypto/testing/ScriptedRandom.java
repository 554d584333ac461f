package org.onion4j.crypto.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.RandomSource;

/**
 * Gives the byte strings of a test vector, one a request, in order. A request of another size, or one too many, is an
 * error of the test.
 */
public final class ScriptedRandom implements RandomSource {
    private final Deque<Bytes> values;

    public ScriptedRandom(Bytes... values) {
        this.values = new ArrayDeque<>(List.of(values));
    }

    @Override
    public synchronized void nextBytes(byte[] target) {
        if (values.isEmpty() || values.peek().size() != target.length) {
            throw new IllegalStateException("unexpected request for " + target.length + " random bytes");
        }
        values.remove().copyTo(target, 0);
    }
}
