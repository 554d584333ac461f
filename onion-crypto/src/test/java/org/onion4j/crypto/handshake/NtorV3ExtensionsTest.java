package org.onion4j.crypto.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.handshake.NtorV3Extensions.Field;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class NtorV3ExtensionsTest {
    static Stream<Vector> vectors() {
        return Vectors.stream("ntor-v3-extensions");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decode_vector_matches(Vector v) throws WireFormatException {
        if (!v.flag("valid")) {
            assertThatThrownBy(() -> NtorV3Extensions.decode(v.bytes("message")))
                    .isInstanceOf(WireFormatException.class);
            return;
        }
        ImmutableList.Builder<Field> expected = ImmutableList.builder();
        for (JsonElement one : v.get("fields").getAsJsonArray()) {
            expected.add(new Field(
                    one.getAsJsonArray().get(0).getAsInt(),
                    Bytes.fromHex(one.getAsJsonArray().get(1).getAsString())));
        }
        NtorV3Extensions decoded = NtorV3Extensions.decode(v.bytes("message"));
        assertThat(decoded.fields()).isEqualTo(expected.build());
        assertThat(decoded.encode()).isEqualTo(v.bytes("message"));
    }

    @Test
    void first_severalOfOneType_givesTheFirst() throws WireFormatException {
        NtorV3Extensions decoded = NtorV3Extensions.decode(Bytes.fromHex("03 02011f 010100 020120".replace(" ", "")));
        assertThat(decoded.first(NtorV3Extensions.CC_RESPONSE)).contains(Bytes.fromHex("1f"));
        assertThat(decoded.first(NtorV3Extensions.CC_REQUEST)).contains(Bytes.fromHex("00"));
        assertThat(decoded.first(NtorV3Extensions.SUBPROTOCOL_REQUEST)).isEmpty();
    }

    @Test
    void decode_bytesBehindTheLastField_areIgnored() throws WireFormatException {
        assertThat(NtorV3Extensions.decode(Bytes.fromHex("00ffff"))).isEqualTo(NtorV3Extensions.NONE);
        assertThat(NtorV3Extensions.NONE.encode()).isEqualTo(Bytes.fromHex("00"));
    }

    @Test
    void new_moreThanTheWireHolds_throwsIllegalArgument() {
        assertThatThrownBy(() -> new Field(256, Bytes.EMPTY)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Field(1, Bytes.copyOf(new byte[256])))
                .isInstanceOf(IllegalArgumentException.class);
        ImmutableList<Field> tooMany = ImmutableList.copyOf(Collections.nCopies(256, new Field(1, Bytes.EMPTY)));
        assertThatThrownBy(() -> new NtorV3Extensions(tooMany)).isInstanceOf(IllegalArgumentException.class);
    }
}
