package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.testing.TestRsaKey;

class RsaPublicKeyTest {
    private static final BigInteger F4 = BigInteger.valueOf(65537);

    @ParameterizedTest
    @ValueSource(ints = {1024, 2048})
    void verifyDigest_signatureOfThePlatform_isGood(int bits) throws WireFormatException {
        TestRsaKey key = TestRsaKey.generate(bits);
        RsaPublicKey read = RsaPublicKey.decode(key.publicKey().encoded());
        for (Bytes digest : new Bytes[] {Digests.sha1(new byte[3]), Digests.sha256(new byte[3])}) {
            Bytes signature = key.signDigest(digest);
            assertThat(read.verifyDigest(digest, signature)).isTrue();
            assertThat(read.verifyDigest(Digests.sha1(new byte[4]), signature)).isFalse();
            assertThat(read.verifyDigest(digest, signature.slice(1, signature.size())))
                    .isFalse();
            assertThat(read.verifyDigest(digest, Bytes.concat(Bytes.copyOf(new byte[1]), signature)))
                    .isFalse();
            assertThat(read.verifyDigest(digest, Bytes.EMPTY)).isFalse();
            BigInteger more = new BigInteger(1, signature.toArray()).add(read.modulus());
            if (more.bitLength() <= bits) {
                assertThat(read.verifyDigest(digest, fixed(more, bits / 8))).isFalse();
            }
        }
        assertThat(read.bits()).isEqualTo(bits);
        assertThat(read).isEqualTo(key.publicKey()).hasSameHashCodeAs(key.publicKey());
        assertThat(read.identity()).isEqualTo(key.identity());
        assertThat(read.identity().value())
                .isEqualTo(Digests.sha1(read.encoded().toArray()));
        assertThat(read).hasToString("RsaPublicKey(" + bits + " bits)");
    }

    @Test
    void verifyDigest_longerDigestInside_isNotGood() {
        TestRsaKey key = TestRsaKey.generate(1024);
        Bytes digest = Digests.sha1(new byte[1]);
        Bytes longer = Bytes.concat(digest, Bytes.fromHex("00"));
        assertThat(key.publicKey().verifyDigest(digest, key.signDigest(longer))).isFalse();
    }

    @Test
    void verifyDigest_moreThanFitsTheKey_isNotGood() {
        TestRsaKey key = TestRsaKey.generate(1024);
        Bytes most = Bytes.copyOf(new byte[117]);
        Bytes signature = key.signDigest(most);
        assertThat(key.publicKey().verifyDigest(most, signature)).isTrue();
        assertThat(key.publicKey().verifyDigest(Bytes.copyOf(new byte[118]), signature))
                .isFalse();
    }

    @Test
    void decode_cutOrExtended_throwsWireFormat() {
        byte[] der = TestRsaKey.generate(1024).publicKey().encoded().toArray();
        for (int length = 0; length < der.length; length++) {
            refused(Arrays.copyOf(der, length));
        }
        refused(Arrays.copyOf(der, der.length + 1));
    }

    @Test
    void decode_otherForms_throwWireFormat() {
        byte[] der = TestRsaKey.generate(1024).publicKey().encoded().toArray(); // 30 81 89 02 81 81 00 n... 02 03 e
        refused(changed(der, 0, 0x31));
        refused(changed(der, 3, 0x03));
        refused(changed(der, 1, 0x80));
        refused(changed(der, 1, 0x83));
        refused(changed(der, 5, 0x80)); // an integer of 128 bytes, then junk
        refused(changed(der, 6, 0x80)); // negative
        refused(changed(der, der.length - 4, 0x04));
        byte[] longLength = new byte[der.length + 1];
        System.arraycopy(der, 0, longLength, 1, der.length);
        longLength[0] = 0x30;
        longLength[1] = (byte) 0x82;
        longLength[2] = 0x00;
        refused(longLength);
    }

    @Test
    void of_numbersOutOfRange_throwWireFormat() {
        BigInteger good = BigInteger.ONE.shiftLeft(1023).setBit(0);
        assertThatThrownBy(() -> RsaPublicKey.of(good.shiftLeft(1), F4)).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> RsaPublicKey.of(good.clearBit(1023), F4)).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> RsaPublicKey.of(good.setBit(8192), F4)).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> RsaPublicKey.of(good, BigInteger.valueOf(3))).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> RsaPublicKey.of(good, F4.negate())).isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> RsaPublicKey.of(BigInteger.ZERO, F4)).isInstanceOf(WireFormatException.class);
    }

    private static Bytes fixed(BigInteger value, int length) {
        byte[] raw = value.toByteArray();
        byte[] out = new byte[length];
        int skip = Math.max(0, raw.length - length);
        System.arraycopy(raw, skip, out, length - (raw.length - skip), raw.length - skip);
        return Bytes.copyOf(out);
    }

    private static byte[] changed(byte[] der, int at, int value) {
        byte[] copy = der.clone();
        copy[at] = (byte) value;
        return copy;
    }

    private static void refused(byte[] der) {
        assertThatThrownBy(() -> RsaPublicKey.decode(Bytes.copyOf(der))).isInstanceOf(WireFormatException.class);
    }
}
