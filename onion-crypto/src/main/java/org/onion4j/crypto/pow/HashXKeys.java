package org.onion4j.crypto.pow;

import java.nio.charset.StandardCharsets;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Blake2b;

/**
 * What a HashX function is made from: eight words, of which the first four choose the program and the others belong to
 * the hash. Not secret. Immutable.
 */
final class HashXKeys {
    static final int PROGRAM = 0;
    static final int HASH = 4;

    private static final int WORDS = 8;
    private static final byte[] SALT = "HashX v1".getBytes(StandardCharsets.US_ASCII);

    private final long[] words;

    private HashXKeys(long[] words) {
        this.words = words;
    }

    static HashXKeys of(Bytes seed) {
        byte[] digest = Blake2b.salted(Blake2b.MAX_LEN, SALT, seed.toArray());
        long[] words = new long[WORDS];
        for (int i = 0; i < WORDS; i++) {
            words[i] = littleEndian(digest, Long.BYTES * i);
        }
        return new HashXKeys(words);
    }

    private static long littleEndian(byte[] bytes, int offset) {
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = (value << Byte.SIZE) | (bytes[offset + i] & 0xff);
        }
        return value;
    }

    long word(int index) {
        return words[index];
    }
}
