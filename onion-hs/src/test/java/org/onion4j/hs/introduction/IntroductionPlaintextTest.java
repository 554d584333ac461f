package org.onion4j.hs.introduction;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.circuit.linkspec.LinkSpecifier;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class IntroductionPlaintextTest {
    static Stream<Vector> introductions() {
        return Vectors.stream("hs-introduce1");
    }

    @ParameterizedTest
    @MethodSource("introductions")
    void encode_vector_matches(Vector v) throws WireFormatException {
        IntroductionPlaintext read = IntroductionPlaintext.decode(v.bytes("plaintext"));
        assertThat(read.cookie()).isEqualTo(v.bytes("rendezvous_cookie"));
        assertThat(read.onionKey()).isEqualTo(v.bytes("onion_key"));
        assertThat(read.linkSpecifiers()).hasSameSizeAs(v.texts("link_specifiers"));
        assertThat(read.encode(v.bytes("header").size())).isEqualTo(v.bytes("plaintext"));
    }

    @Property(tries = 200)
    void encode_any_roundTrips(
            @ForAll @Size(20) byte[] cookie,
            @ForAll @Size(32) byte[] key,
            @ForAll @Size(max = 5) List<@Size(max = 40) byte[]> extensions,
            @ForAll @Size(max = 5) List<@Size(max = 40) byte[]> specifiers)
            throws WireFormatException {
        IntroductionPlaintext plaintext = new IntroductionPlaintext(
                Bytes.copyOf(cookie),
                extensions.stream()
                        .map(field -> new MessageExtension(field.length, Bytes.copyOf(field)))
                        .collect(ImmutableList.toImmutableList()),
                Bytes.copyOf(key),
                specifiers.stream()
                        .map(value -> new LinkSpecifier.Unknown(4 + value.length, Bytes.copyOf(value)))
                        .collect(ImmutableList.toImmutableList()));
        assertThat(IntroductionPlaintext.decode(plaintext.encode(60))).isEqualTo(plaintext);
    }

    /** T50: cut anywhere, or with any count. */
    @Property(tries = 300)
    void t50_decode_anyBytes_giveAValueOrTheException(@ForAll @Size(max = 120) byte[] bytes) {
        decode(bytes);
    }

    @Test
    void t50_decode_everyTruncationAndCount_isRefusedOrRead() {
        byte[] good = Vectors.of("hs-introduce1").get(0).array("plaintext");
        for (int length = 0; length < good.length; length++) {
            decode(Bytes.copyOf(good, 0, length).toArray());
        }
        for (int at = 20; at < good.length; at++) {
            for (int value : new int[] {0, 255}) {
                byte[] changed = good.clone();
                changed[at] = (byte) value;
                decode(changed);
            }
        }
    }

    private static void decode(byte[] bytes) {
        try {
            assertThat(IntroductionPlaintext.decode(Bytes.copyOf(bytes))
                            .cookie()
                            .size())
                    .isEqualTo(20);
        } catch (WireFormatException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
