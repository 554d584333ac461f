package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

/** Digests, MACs and key derivations against published values. */
class HashVectorsTest {
    static Stream<Vector> sha3() {
        return Vectors.stream("sha3");
    }

    static Stream<Vector> shake256() {
        return Vectors.stream("shake256");
    }

    static Stream<Vector> hmac() {
        return Vectors.stream("hmac-sha256");
    }

    static Stream<Vector> hkdf() {
        return Vectors.stream("hkdf-sha256");
    }

    static Stream<Vector> kdfTap() {
        return Vectors.stream("kdf-tap");
    }

    static Stream<Vector> kdfNtor() {
        return Vectors.stream("kdf-ntor");
    }

    @ParameterizedTest
    @MethodSource("sha3")
    void sha3_vector_matches(Vector v) {
        byte[] message = v.array("message");
        assertThat(Digests.sha3(message)).isEqualTo(v.bytes("sha3_256"));
        int half = message.length / 2;
        assertThat(Digests.sha3(Arrays.copyOf(message, half), Arrays.copyOfRange(message, half, message.length)))
                .isEqualTo(v.bytes("sha3_256"));
        byte[] framed = new byte[message.length + 5];
        System.arraycopy(message, 0, framed, 3, message.length);
        assertThat(Digests.sha3(framed, 3, message.length)).isEqualTo(v.bytes("sha3_256"));
    }

    /** FIPS 180-4, the example "abc". */
    @Test
    void sha1AndSha2_abc_match() {
        byte[] abc = "abc".getBytes(StandardCharsets.US_ASCII);
        assertThat(Digests.sha1(abc).hex()).isEqualTo("a9993e364706816aba3e25717850c26c9cd0d89d");
        assertThat(Digests.sha256(new byte[] {'a'}, new byte[] {'b', 'c'}).hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Bytes.copyOf(Digests.newSha512().digest(abc)).hex()).startsWith("ddaf35a193617abacc417349ae204131");
    }

    @ParameterizedTest
    @MethodSource("shake256")
    void shake256_vector_matches(Vector v) {
        assertExpands(Shake256.of(v.array("message")), v.bytes("out"));
    }

    @ParameterizedTest
    @MethodSource("hmac")
    void hmac_vector_matches(Vector v) {
        assertThat(HmacSha256.mac(v.array("key"), v.array("message"))).isEqualTo(v.array("mac"));
    }

    @ParameterizedTest
    @MethodSource("hkdf")
    void hkdf_vector_matches(Vector v) {
        byte[] key = Hkdf.extract(v.array("salt"), v.array("ikm"));
        assertExpands(Hkdf.expand(key, v.array("info")), v.bytes("okm"));
        assertThat(v.bytes("okm").size()).isEqualTo(v.integer("length"));
    }

    @ParameterizedTest
    @MethodSource("kdfNtor")
    void hkdf_ofNtor_matches(Vector v) {
        byte[] key = Hkdf.extract(v.array("salt"), v.array("secret_input"));
        assertExpands(Hkdf.expand(key, v.array("info")), v.bytes("out"));
    }

    @ParameterizedTest
    @MethodSource("kdfTap")
    void kdfTor_vector_matches(Vector v) {
        assertExpands(KdfTor.expand(v.array("secret")), v.bytes("out"));
    }

    @Test
    void fill_moreThanTheFunctionGives_throws() {
        try (KeyExpansion hkdf = Hkdf.expand(new byte[32], new byte[1]);
                KeyExpansion kdfTor = KdfTor.expand(new byte[40])) {
            hkdf.fill(new byte[8160]);
            kdfTor.fill(new byte[5120]);
            assertThatThrownBy(() -> hkdf.fill(new byte[1])).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> kdfTor.fill(new byte[1])).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void fill_afterClose_throws() {
        for (KeyExpansion one : new KeyExpansion[] {
            Hkdf.expand(new byte[32], new byte[1]), KdfTor.expand(new byte[40]), Shake256.of(new byte[4])
        }) {
            one.fill(new byte[3]);
            one.close();
            one.close();
            assertThatThrownBy(() -> one.fill(new byte[3])).isInstanceOf(IllegalStateException.class);
        }
    }

    /** Takes the output in pieces of growing length, so that pieces end inside of blocks. */
    private static void assertExpands(KeyExpansion expansion, Bytes expected) {
        try (expansion) {
            int at = 0;
            for (int length = 0; at < expected.size(); length++) {
                byte[] piece = new byte[Math.min(length, expected.size() - at)];
                expansion.fill(piece);
                assertThat(Bytes.copyOf(piece)).isEqualTo(expected.slice(at, at + piece.length));
                at += piece.length;
            }
        }
    }
}
