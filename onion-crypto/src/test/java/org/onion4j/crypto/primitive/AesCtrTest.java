package org.onion4j.crypto.primitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class AesCtrTest {
    static Stream<Vector> vectors() {
        return Vectors.stream("aes-ctr");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void process_vector_matchesWholeAndInPieces(Vector v) {
        byte[] in = v.array("plaintext");
        byte[] out = new byte[in.length];
        new AesCtr(v.array("key"), v.array("iv")).process(in, 0, in.length, out, 0);
        assertThat(out).isEqualTo(v.array("ciphertext"));
        byte[] pieces = new byte[in.length + 2];
        AesCtr cipher = new AesCtr(v.array("key"), v.array("iv"));
        for (int at = 0, length = 1; at < in.length; at += length, length = Math.min(length + 4, in.length - at)) {
            cipher.process(in, at, length, pieces, at + 2);
        }
        assertThat(pieces).endsWith(v.array("ciphertext"));
    }

    @Test
    void process_ofOurCiphertext_decrypts() {
        byte[] key = new SeededRandom(1).bytes(32);
        byte[] in = new SeededRandom(2).bytes(1000);
        byte[] out = new byte[1000];
        byte[] back = new byte[1000];
        try (SecretBytes secret = SecretBytes.adopt(key);
                AesCtr one = new AesCtr(secret);
                AesCtr other = new AesCtr(secret)) {
            one.process(in, 0, 1000, out, 0);
            other.process(out, 0, 1000, back, 0);
        }
        assertThat(out).isNotEqualTo(in);
        assertThat(back).isEqualTo(in);
    }

    @Test
    void process_noRoomInTarget_throws() {
        try (AesCtr cipher = new AesCtr(new byte[16], new byte[16])) {
            assertThatThrownBy(() -> cipher.process(new byte[20], 0, 20, new byte[20], 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void process_afterClose_throws() {
        AesCtr cipher = new AesCtr(new byte[16], new byte[16]);
        cipher.close();
        cipher.close();
        assertThatThrownBy(() -> cipher.process(new byte[1], 0, 1, new byte[1], 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void new_keyOfOtherSize_throws() {
        assertThatThrownBy(() -> new AesCtr(SecretBytes.adopt(new byte[24])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
