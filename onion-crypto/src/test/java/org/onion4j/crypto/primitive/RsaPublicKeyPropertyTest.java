package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;

class RsaPublicKeyPropertyTest {
    @Property(tries = 300)
    void of_anyModulus_roundTrips(@ForAll @Size(min = 128, max = 400) byte[] number) throws WireFormatException {
        BigInteger modulus =
                new BigInteger(1, number).setBit(8 * number.length - 1).setBit(0);
        RsaPublicKey key = RsaPublicKey.of(modulus, BigInteger.valueOf(65537));
        assertThat(RsaPublicKey.decode(key.encoded()).modulus()).isEqualTo(modulus);
        assertThat(key.verifyDigest(Bytes.copyOf(new byte[20]), Bytes.copyOf(number)))
                .isFalse();
    }

    @Property(tries = 500)
    void decode_anyBytes_givesKeyOrWireFormat(@ForAll byte[] bytes) {
        decodes(bytes);
    }

    @Property(tries = 500)
    void decode_changedKey_givesKeyOrWireFormat(
            @ForAll @IntRange(max = 139) int at, @ForAll byte value, @ForAll @IntRange(max = 139) int length)
            throws WireFormatException {
        BigInteger modulus = BigInteger.ONE.shiftLeft(1023).setBit(0);
        byte[] der =
                RsaPublicKey.of(modulus, BigInteger.valueOf(65537)).encoded().toArray();
        der[at] = value;
        decodes(der);
        decodes(java.util.Arrays.copyOf(der, length));
    }

    private static void decodes(byte[] bytes) {
        try {
            RsaPublicKey key = RsaPublicKey.decode(Bytes.copyOf(bytes));
            assertThat(RsaPublicKey.of(key.modulus(), BigInteger.valueOf(65537)))
                    .isEqualTo(key);
        } catch (WireFormatException e) {
            assertThat(e).hasMessageStartingWith("RSA");
        }
    }
}
