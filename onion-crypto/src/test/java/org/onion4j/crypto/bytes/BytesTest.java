package org.onion4j.crypto.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class BytesTest {
    @Test
    void copyOf_arrayChangedAfterwards_keepsItsContent() {
        byte[] array = {1, 2, 3};
        Bytes bytes = Bytes.copyOf(array);
        array[0] = 9;
        bytes.toArray()[1] = 9;
        assertThat(bytes).isEqualTo(Bytes.fromHex("010203")).hasToString("010203");
        assertThat(bytes.slice(1, 3)).isEqualTo(Bytes.fromHex("0203"));
        assertThat(bytes.get(2)).isEqualTo((byte) 3);
        assertThat(Bytes.concat(bytes, Bytes.EMPTY, bytes)).isEqualTo(Bytes.fromHex("010203010203"));
        assertThat(Bytes.EMPTY.isEmpty()).isTrue();
    }

    @Test
    void slice_outside_throws() {
        assertThatThrownBy(() -> Bytes.fromHex("0102").slice(1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Bytes.copyOf(new byte[4], 3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Bytes.fromHex("010")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Bytes.fromHex("0g")).isInstanceOf(IllegalArgumentException.class);
    }

    @Property(tries = 200)
    void hex_anyBytes_roundTrips(@ForAll byte[] array) {
        Bytes bytes = Bytes.copyOf(array);
        assertThat(Bytes.fromHex(bytes.hex())).isEqualTo(bytes).hasSameHashCodeAs(bytes);
        assertThat(bytes.size()).isEqualTo(array.length);
    }

    @Property(tries = 300)
    void compareTo_anyTwo_ordersByUnsignedBytes(@ForAll byte[] a, @ForAll byte[] b) {
        int order = Bytes.copyOf(a).compareTo(Bytes.copyOf(b));
        assertThat(Integer.signum(order)).isEqualTo(Integer.signum(Arrays.compareUnsigned(a, b)));
    }

    @Test
    void identities_printNothing_andReadTheirText() {
        for (Vector v : Vectors.of("text-encodings")) {
            if (v.text("encoding").equals("base64 without padding")) {
                assertThat(new Ed25519Identity(v.bytes("bytes")).base64()).isEqualTo(v.text("text"));
            }
        }
        String rsa = "00112233445566778899aabbccddeeff00112233";
        assertThat(RsaIdentity.fromHex(rsa))
                .isEqualTo(RsaIdentity.copyOf(Bytes.fromHex(rsa).toArray()));
        assertThat(RsaIdentity.fromHex(rsa).base64()).isEqualTo("ABEiM0RVZneImaq7zN3u/wARIjM");
        assertThat(RsaIdentity.fromHex(rsa)).hasToString("RsaIdentity");
        assertThat(Ed25519Identity.copyOf(new byte[32])).hasToString("Ed25519Identity");
        assertThat(RsaIdentity.fromHex(rsa)).isGreaterThan(RsaIdentity.copyOf(new byte[20]));
        assertThat(Ed25519Identity.copyOf(new byte[32])).isEqualByComparingTo(Ed25519Identity.copyOf(new byte[32]));
        assertThatThrownBy(() -> RsaIdentity.copyOf(new byte[19])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Ed25519Identity.fromHex("00")).isInstanceOf(IllegalArgumentException.class);
    }
}
