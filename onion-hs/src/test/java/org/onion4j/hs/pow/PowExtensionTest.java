package org.onion4j.hs.pow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class PowExtensionTest {
    static Stream<Vector> vectors() {
        return Vectors.stream("hs-pow-extension");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void encodeAndDecode_vector_match(Vector v) throws WireFormatException {
        PowExtension extension = new PowExtension(
                v.bytes("nonce"), v.number("effort"), v.bytes("seed").slice(0, 4), v.bytes("solution"));
        WireWriter out = new WireWriter();
        MessageExtension.encodeList(ImmutableList.of(extension.encode()), out);
        assertThat(out.toBytes().slice(1, out.size())).isEqualTo(v.bytes("extension"));
        assertThat(PowExtension.decode(extension.encode().field())).isEqualTo(extension);
    }

    /** Any bytes are a proof of work that is written the same again, or refused. */
    @Property(tries = 300)
    void decode_anyBytes_sameOrRefused(@ForAll @Size(max = 60) byte[] bytes, @ForAll boolean goodLength) {
        byte[] field = goodLength ? Arrays.copyOf(bytes, 41) : bytes;
        if (field.length > 0 && goodLength) {
            field[0] = 1;
        }
        try {
            assertThat(PowExtension.decode(Bytes.copyOf(field)).encode().field())
                    .isEqualTo(Bytes.copyOf(field));
        } catch (WireFormatException e) {
            assertThat(goodLength).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decode_tooLongOrOtherVersion_refused(Vector v) {
        Bytes good = v.bytes("extension").slice(2, v.bytes("extension").size());
        assertThatThrownBy(() -> PowExtension.decode(Bytes.concat(good, Bytes.copyOf((byte) 0))))
                .isInstanceOf(WireFormatException.class);
        assertThatThrownBy(() -> PowExtension.decode(Bytes.concat(Bytes.copyOf((byte) 2), good.slice(1, good.size()))))
                .isInstanceOf(WireFormatException.class);
    }
}
