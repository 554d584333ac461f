package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class BlindedKeyPairTest {
    private static final BigInteger ORDER =
            BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));

    static Stream<Vector> blinding() {
        return Vectors.stream("ed25519-blinding");
    }

    @ParameterizedTest
    @MethodSource("blinding")
    void blind_vector_matchesAndSigns(Vector v) {
        try (Ed25519KeyPair pair = Ed25519KeyPair.ofExpanded(SecretBytes.adopt(v.array("expanded")));
                BlindedKeyPair blinded = pair.blind(v.bytes("param"))) {
            assertThat(blinded.publicKey()).isEqualTo(v.bytes("blinded_public"));
            assertThat(blinded.sign(v.bytes("message"))).isEqualTo(v.bytes("blinded_signature"));
        }
        assertThat(BlindedKeyPair.blind(v.bytes("public"), v.bytes("param"))).isEqualTo(v.bytes("blinded_public"));
    }

    @Property(tries = 60)
    void blind_anyKeyAndFactor_bothHalvesAgree(
            @ForAll @Size(32) byte[] seed, @ForAll @Size(32) byte[] factor, @ForAll byte[] message) {
        Bytes h = Bytes.copyOf(factor);
        Bytes m = Bytes.copyOf(message);
        try (Ed25519KeyPair pair = Ed25519KeyPair.ofSeed(SecretBytes.adopt(seed.clone()));
                BlindedKeyPair blinded = pair.blind(h)) {
            assertThat(BlindedKeyPair.blind(pair.publicKey(), h)).isEqualTo(blinded.publicKey());
            assertThat(Ed25519.verify(blinded.publicKey(), m, blinded.sign(m))).isTrue();
        }
    }

    @Property(tries = 200)
    void groupScalar_any_isWhatBigIntegerSays(
            @ForAll @Size(32) byte[] factor, @ForAll @Size(64) byte[] number, @ForAll @Size(32) byte[] addend) {
        byte[] b = GroupScalar.reduce(number);
        byte[] c = GroupScalar.reduce(addend);
        assertThat(big(b)).isEqualTo(big(number).mod(ORDER));
        assertThat(big(GroupScalar.multiplyAdd(factor, b, c)))
                .isEqualTo(big(factor).multiply(big(b)).add(big(c)).mod(ORDER));
    }

    @Test
    void groupScalar_aroundTheOrder_isReduced() {
        for (int offset = -2; offset <= 2; offset++) {
            BigInteger number = ORDER.add(BigInteger.valueOf(offset));
            assertThat(big(GroupScalar.reduce(little(number)))).isEqualTo(number.mod(ORDER));
        }
        byte[] most = little(ORDER.subtract(BigInteger.ONE));
        assertThat(big(GroupScalar.multiplyAdd(most, most, most))).isZero();
    }

    @Property(tries = 60)
    void times_ofTheBase_isWhatTheLibrarySays(@ForAll @Size(32) byte[] seed) {
        byte[] expanded = new byte[Ed25519KeyPair.EXPANDED_LEN];
        System.arraycopy(seed, 0, expanded, 0, seed.length);
        expanded[0] &= (byte) 0xf8;
        expanded[31] = (byte) ((expanded[31] & 0x3f) | 0x40);
        byte[] scalar = Bytes.copyOf(expanded, 0, 32).toArray();
        try (Ed25519KeyPair pair = Ed25519KeyPair.ofExpanded(SecretBytes.adopt(expanded))) {
            assertThat(EdwardsPoint.BASE.times(scalar).encode()).isEqualTo(pair.publicKey());
            assertThat(EdwardsPoint.decode(pair.publicKey()).encode()).isEqualTo(pair.publicKey());
        }
    }

    @Test
    void times_orderOrZero_isNeutral() {
        Bytes neutral = Bytes.fromHex("01" + "00".repeat(31));
        assertThat(EdwardsPoint.BASE.times(little(ORDER)).encode()).isEqualTo(neutral);
        assertThat(EdwardsPoint.BASE.times(new byte[32]).encode()).isEqualTo(neutral);
    }

    private static BigInteger big(byte[] littleEndian) {
        byte[] reversed = new byte[littleEndian.length];
        for (int i = 0; i < reversed.length; i++) {
            reversed[i] = littleEndian[littleEndian.length - 1 - i];
        }
        return new BigInteger(1, reversed);
    }

    private static byte[] little(BigInteger number) {
        byte[] out = new byte[32];
        for (int i = 0; i < out.length; i++) {
            out[i] = number.shiftRight(8 * i).byteValue();
        }
        return out;
    }
}
