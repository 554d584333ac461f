package org.onion4j.hs.descriptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.UnsignedLong;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.BlindedKeyPair;

class RevisionCounterTest {
    private static final Instant START = Instant.parse("2026-05-01T00:00:00Z");

    /** T58: it grows with every second, whatever the batches it is computed in. */
    @Test
    void t58_sum_oneMoreWord_isMore() {
        try (SecretBytes key = SecretBytes.adopt(new byte[32])) {
            long last = 0;
            for (int words = 1; words < 5000; words++) {
                long sum = RevisionCounter.sum(key, words);
                assertThat(sum).isBetween(last + 1, last + 0x10000);
                last = sum;
            }
            // AES-256 of the zero block under the zero key begins with dc95c078.
            assertThat(RevisionCounter.sum(key, 1)).isEqualTo(0x95dd);
            assertThat(RevisionCounter.sum(key, 2)).isEqualTo(0x95dd + 0x78c1);
        }
    }

    /** Some of the values in C tor 0.4.9.11, src/test/test_crypto_ope.c, OPE_TEST_VECTORS. */
    @ParameterizedTest
    @CsvSource({"7110,234966492", "12154,402067100", "72661,2381548866", "82283,2695743564", "123122,4036781069"})
    void sum_asTorHasIt(long words, long expected) {
        byte[] bytes = Bytes.fromHex("19e05891d55232c08c2cad91d612fdb9cbd6691949a0742434a76c80bc6992fe")
                .toArray();
        try (SecretBytes key = SecretBytes.adopt(bytes)) {
            assertThat(RevisionCounter.sum(key, words)).isEqualTo(expected);
        }
    }

    @Test
    void t58_at_laterMoments_givesHigherCounters_forEachKeyItsOwn() {
        TestService service = new TestService(1);
        BlindedKeyPair key = service.blinded();
        UnsignedLong first = RevisionCounter.at(key, START, START);
        UnsignedLong hour = RevisionCounter.at(key, START, START.plus(Duration.ofHours(1)));
        UnsignedLong days = RevisionCounter.at(key, START, START.plus(Duration.ofDays(2)));
        assertThat(first).isLessThan(hour);
        assertThat(hour).isLessThan(days);
        assertThat(RevisionCounter.at(key, START, START.minusSeconds(5))).isEqualTo(first);
        assertThat(RevisionCounter.at(new TestService(2).blinded(), START, START.plus(Duration.ofHours(1))))
                .isNotEqualTo(hour);
    }

    @Test
    void at_tooLongAfter_isOurBug() {
        assertThatThrownBy(
                        () -> RevisionCounter.at(new TestService(1).blinded(), START, START.plus(Duration.ofDays(13))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
