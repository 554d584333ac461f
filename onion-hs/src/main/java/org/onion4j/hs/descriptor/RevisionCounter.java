package org.onion4j.hs.descriptor;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.UnsignedLong;
import java.time.Duration;
import java.time.Instant;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.AesCtr;
import org.onion4j.crypto.primitive.BlindedKeyPair;
import org.onion4j.crypto.primitive.Wipe;
import org.onion4j.directory.doc.ItemReader;

/**
 * Revision counters that grow with the time but don't tell it: the seconds since the shared random value of the
 * descriptor came, each weighted by a secret number of 16 bits. Whoever has the blinded key comes to the same ones, with
 * no need to remember any; a service that moves here from C tor, or back, goes on where it was. Static methods: any
 * thread. Spec: rend-spec-v3, "Encrypted time in period" (appendix F), where C tor differs: each word counts for one more,
 * so that no two seconds have the same counter, and the label ends with a zero byte.
 */
public final class RevisionCounter {
    /** The longest time that it counts. */
    public static final Duration MAX_TIME = Duration.ofDays(12);

    private static final Bytes LABEL = Bytes.copyOf(ItemReader.ascii("rev-counter-generation\0"));
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int WORD_LEN = 2;
    private static final int BATCH_WORDS = 2048;

    private RevisionCounter() {}

    /**
     * The counter of a descriptor that is made now.
     *
     * @param randomStart when the run of the shared random protocol began that the descriptor goes by
     * @throws IllegalArgumentException if that was more than {@link #MAX_TIME} ago
     */
    public static UnsignedLong at(BlindedKeyPair key, Instant randomStart, Instant now) {
        long seconds = Math.max(0, now.getEpochSecond() - randomStart.getEpochSecond()) + 1;
        checkArgument(
                seconds <= MAX_TIME.toMillis() / MILLIS_PER_SECOND, "a shared random value too old: %s s", seconds);
        try (SecretBytes secret = key.derive(LABEL)) {
            return UnsignedLong.valueOf(sum(secret, seconds));
        }
    }

    /** The sum of the first words of the key stream, which are little-endian, and of one for each. */
    static long sum(SecretBytes key, long words) {
        byte[] zeros = new byte[WORD_LEN * BATCH_WORDS];
        byte[] stream = new byte[zeros.length];
        long sum = 0;
        try (AesCtr cipher = new AesCtr(key)) {
            for (long left = words; left > 0; left -= BATCH_WORDS) {
                int count = (int) Math.min(left, BATCH_WORDS);
                cipher.process(zeros, 0, WORD_LEN * count, stream, 0);
                for (int i = 0; i < count; i++) {
                    sum += 1 + ((stream[2 * i] & 0xff) | ((stream[2 * i + 1] & 0xff) << 8));
                }
            }
        } finally {
            Wipe.all(stream);
        }
        return sum;
    }
}
