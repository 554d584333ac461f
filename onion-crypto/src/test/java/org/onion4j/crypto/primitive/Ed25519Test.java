package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class Ed25519Test {
    static Stream<Vector> sign() {
        return Vectors.stream("ed25519-sign");
    }

    static Stream<Vector> edge() {
        return Vectors.stream("ed25519-edge");
    }

    static Stream<Vector> validate() {
        return Vectors.stream("ed25519-validate");
    }

    static Stream<Vector> blinding() {
        return Vectors.stream("ed25519-blinding");
    }

    @ParameterizedTest
    @MethodSource("sign")
    void sign_vector_matchesAndVerifies(Vector v) {
        try (SecretBytes seed = SecretBytes.adopt(v.array("seed"));
                Ed25519KeyPair pair = Ed25519KeyPair.ofSeed(seed)) {
            assertThat(pair.publicKey()).isEqualTo(v.bytes("public"));
            assertThat(pair.sign(v.bytes("message"))).isEqualTo(v.bytes("signature"));
        }
        assertThat(Ed25519.verify(v.bytes("public"), v.bytes("message"), v.bytes("signature")))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("blinding")
    void sign_withExpandedKey_matches(Vector v) {
        try (Ed25519KeyPair pair = Ed25519KeyPair.ofExpanded(SecretBytes.adopt(v.array("expanded")))) {
            assertThat(pair.publicKey()).isEqualTo(v.bytes("public"));
            assertThat(pair.sign(v.bytes("public"))).isEqualTo(v.bytes("self_signature"));
        }
        assertThat(Ed25519.verify(v.bytes("public"), v.bytes("public"), v.bytes("self_signature")))
                .isTrue();
        assertThat(Ed25519.verify(v.bytes("blinded_public"), v.bytes("message"), v.bytes("blinded_signature")))
                .isTrue();
    }

    /** Signing would prune the scalar, and so sign with another key. */
    @ParameterizedTest
    @MethodSource("blinding")
    void ofExpanded_scalarNotPruned_throws(Vector v) {
        assertThatThrownBy(() -> Ed25519KeyPair.ofExpanded(SecretBytes.adopt(v.array("blinded_expanded"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** T39: one verdict for each of the edge cases that implementations disagree on. */
    @ParameterizedTest
    @MethodSource("edge")
    void t39_verify_edgeCase_hasTheRecordedVerdict(Vector v) {
        byte[] framed = new byte[v.bytes("message").size() + 7];
        v.bytes("message").copyTo(framed, 4);
        assertThat(Ed25519.verify(v.bytes("public"), v.bytes("message"), v.bytes("signature")))
                .isEqualTo(v.flag("valid"));
        assertThat(Ed25519.verify(v.bytes("public"), framed, 4, framed.length - 7, v.bytes("signature")))
                .isEqualTo(v.flag("valid"));
    }

    @ParameterizedTest
    @MethodSource("validate")
    void isValidPublicKey_vector_hasTheVerdict(Vector v) {
        assertThat(Ed25519.isValidPublicKey(v.bytes("public"))).isEqualTo(v.flag("valid"));
    }

    @Test
    void verify_anyBitChanged_isFalse() {
        Ed25519KeyPair pair = Ed25519KeyPair.generate(new SeededRandom(1));
        Bytes message = Bytes.fromHex("00112233");
        Bytes signature = pair.sign(message);
        assertThat(Ed25519.verify(pair.publicKey(), message, signature)).isTrue();
        for (int bit = 0; bit < 8 * Ed25519.SIGNATURE_LEN; bit += 3) {
            byte[] changed = signature.toArray();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Ed25519.verify(pair.publicKey(), message, Bytes.copyOf(changed)))
                    .isFalse();
        }
    }

    @Test
    void verify_wrongSizes_isFalse() {
        Ed25519KeyPair pair = Ed25519KeyPair.generate(new SeededRandom(1));
        Bytes signature = pair.sign(Bytes.EMPTY);
        assertThat(Ed25519.verify(pair.publicKey(), Bytes.EMPTY, signature)).isTrue();
        assertThat(Ed25519.verify(pair.publicKey(), Bytes.EMPTY, signature.slice(0, 63)))
                .isFalse();
        assertThat(Ed25519.verify(pair.publicKey().slice(0, 31), Bytes.EMPTY, signature))
                .isFalse();
        assertThat(Ed25519.isValidPublicKey(Bytes.EMPTY)).isFalse();
    }

    @Test
    void sign_afterClose_throws() {
        Ed25519KeyPair pair = Ed25519KeyPair.generate(new SeededRandom(1));
        pair.close();
        assertThatThrownBy(() -> pair.sign(Bytes.EMPTY)).isInstanceOf(IllegalStateException.class);
        assertThat(pair).hasToString("Ed25519KeyPair");
    }

    @Test
    void ofSeed_otherSize_throws() {
        assertThatThrownBy(() -> Ed25519KeyPair.ofSeed(SecretBytes.adopt(new byte[31])))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Ed25519KeyPair.ofExpanded(SecretBytes.adopt(new byte[63])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
