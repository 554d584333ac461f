package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;

/** The map from X25519 to Ed25519 keys, against C tor 0.4.9.11, src/test/ed25519_vectors.inc, and in a circle. */
class Ed25519FromX25519Test {
    @Test
    void fromX25519_recordedKeys_givesTheRecordedKeys() {
        check(
                "17ba77846e04c7ee5ca17cade774ac1884408f9701f439d4df32cbd8736c6a1f",
                1,
                "c2247870536a192d142d056abefca68d6193158e7c1a59c1654c954eccaff894");
        check(
                "bf4fd38ef22f718f03c0a12ba5127bd1e3afd494793753f519728b29cc577571",
                1,
                "081faa81992e360ea22c06af1aba096e7a73f1c665bc8b3e4e531c46455fd1dd");
        check(
                "089675a3e8ff2a7d8b2844a79269c95b7f97a4b8b5ea0cbeec669c6f2dea9b39",
                0,
                "66c1a77104d86461b6f98f73acf3cd229c80624495d2d74d6fda1e940080a96b");
    }

    @Test
    void fromX25519_minusOne_givesZeroInsteadOfFailing() {
        Bytes minusOne = Bytes.fromHex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        assertThat(Ed25519.fromX25519(minusOne, 0)).isEqualTo(Bytes.copyOf(new byte[32]));
    }

    @Property(tries = 50)
    void asEd25519_anyKey_signsUnderTheMappedKey(@ForAll("keys") byte[] key, @ForAll byte[] message) {
        Bytes text = Bytes.copyOf(message);
        try (X25519 x = X25519.ofPrivateKey(SecretBytes.copyOf(key, 0, key.length));
                Ed25519KeyPair ed = x.asEd25519()) {
            int signBit = ed.publicKey().get(31) >> 7 & 1;
            assertThat(Ed25519.fromX25519(x.publicKey(), signBit)).isEqualTo(ed.publicKey());
            assertThat(Ed25519.verify(ed.publicKey(), text, ed.sign(text))).isTrue();
        }
    }

    @Provide
    Arbitrary<byte[]> keys() {
        return Arbitraries.bytes().array(byte[].class).ofSize(32);
    }

    private static void check(String x25519, int signBit, String ed25519) {
        assertThat(Ed25519.fromX25519(Bytes.fromHex(x25519), signBit)).isEqualTo(Bytes.fromHex(ed25519));
    }
}
