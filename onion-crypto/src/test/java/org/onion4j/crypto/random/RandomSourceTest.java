package org.onion4j.crypto.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.handshake.CreateFastClient;
import org.onion4j.crypto.handshake.NtorClient;
import org.onion4j.crypto.handshake.NtorV3Client;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.ScriptedRandom;
import org.onion4j.crypto.testing.SeededRandom;

class RandomSourceTest {
    /** A generator that always gives the same byte, or fails. */
    private static final class Broken extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final int value;

        Broken(int value) {
            this.value = value;
        }

        @Override
        public void nextBytes(byte[] bytes) {
            if (value < 0) {
                throw new IllegalStateException("no entropy");
            }
            Arrays.fill(bytes, (byte) value);
        }
    }

    @Test
    void t90_nextBytes_sourceFailsOrGivesZeros_throws() {
        assertThatThrownBy(() -> new SystemRandom(new Broken(-1)).bytes(32)).isInstanceOf(RandomnessException.class);
        assertThatThrownBy(() -> new SystemRandom(new Broken(0)).bytes(32)).isInstanceOf(RandomnessException.class);
    }

    @Test
    void t90_nextBytes_sourceRepeats_throws() {
        SystemRandom random = new SystemRandom(new Broken(7));
        random.bytes(32);
        assertThatThrownBy(() -> random.bytes(16)).isInstanceOf(RandomnessException.class);
    }

    @Test
    void t90_handshakes_fromABrokenSource_areNotMade() {
        SystemRandom broken = new SystemRandom(new Broken(0));
        Bytes onionKey = Bytes.fromHex("09" + "00".repeat(31));
        RsaIdentity rsa = RsaIdentity.copyOf(new byte[20]);
        Ed25519Identity ed = Ed25519Identity.copyOf(new byte[32]);
        assertThatThrownBy(() -> new CreateFastClient(broken)).isInstanceOf(RandomnessException.class);
        assertThatThrownBy(() -> new NtorClient(rsa, onionKey, broken)).isInstanceOf(RandomnessException.class);
        assertThatThrownBy(() -> new NtorV3Client(ed, onionKey, Bytes.EMPTY, broken))
                .isInstanceOf(RandomnessException.class);
        assertThatThrownBy(() -> Ed25519KeyPair.generate(broken)).isInstanceOf(RandomnessException.class);
    }

    @Test
    void systemRandom_twice_givesDifferentBytes() {
        SystemRandom random = new SystemRandom();
        assertThat(random.bytes(32)).isNotEqualTo(random.bytes(32));
        assertThat(random.bytes(0)).isEmpty();
    }

    @Test
    void nextLong_scripted_isBigEndian() {
        assertThat(new ScriptedRandom(Bytes.fromHex("8000000000000001")).nextLong())
                .isEqualTo(Long.MIN_VALUE + 1);
    }

    @Test
    void nextInt_manyTimes_coversItsRangeEvenly() {
        SeededRandom random = new SeededRandom(1);
        int[] seen = new int[6];
        for (int i = 0; i < 60_000; i++) {
            seen[random.nextInt(6)]++;
        }
        for (int count : seen) {
            assertThat(count).isBetween(9_600, 10_400); // more than four standard deviations
        }
        assertThatThrownBy(() -> random.nextInt(0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(random.nextLong(1)).isZero();
    }

    @Test
    void nextLong_drawInTheIncompleteRun_isDrawnAgain() {
        long bound = (1L << 62) + 1; // 2^63 holds one whole run of it
        ScriptedRandom random =
                new ScriptedRandom(Bytes.fromHex("fffffffffffffffe"), Bytes.fromHex("0000000000000008"));
        assertThat(random.nextLong(bound)).isEqualTo(4);
    }

    @Test
    void nextDouble_edges_stayBelowOne() {
        assertThat(new ScriptedRandom(Bytes.fromHex("ffffffffffffffff")).nextDouble())
                .isLessThan(1.0)
                .isGreaterThan(0.999_999);
        assertThat(new ScriptedRandom(Bytes.fromHex("00000000000007ff")).nextDouble())
                .isZero();
    }
}
