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

class X25519Test {
    static Stream<Vector> vectors() {
        return Vectors.stream("x25519");
    }

    static Stream<Vector> lowOrder() {
        return Vectors.stream("x25519-low-order");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void agree_vector_matchesFromBothSides(Vector v) {
        try (X25519 a = X25519.ofPrivateKey(SecretBytes.adopt(v.array("private_a")));
                X25519 b = X25519.ofPrivateKey(SecretBytes.adopt(v.array("private_b")))) {
            byte[] shared = new byte[70];
            assertThat(a.publicKey()).isEqualTo(v.bytes("public_a"));
            assertThat(a.agree(v.bytes("public_b"), shared, 3)).isTrue();
            assertThat(b.agree(v.bytes("public_a"), shared, 35)).isTrue();
            assertThat(Bytes.copyOf(shared, 3, 32)).isEqualTo(v.bytes("shared"));
            assertThat(Bytes.copyOf(shared, 35, 32)).isEqualTo(v.bytes("shared"));
        }
    }

    @ParameterizedTest
    @MethodSource("lowOrder")
    void agree_lowOrderKey_isRefused(Vector v) {
        try (X25519 own = X25519.ofPrivateKey(SecretBytes.adopt(v.array("private")))) {
            byte[] shared = new SeededRandom(1).bytes(32);
            assertThat(own.agree(v.bytes("public"), shared, 0)).isFalse();
            assertThat(shared).isEqualTo(v.array("shared"));
        }
    }

    @Test
    void agree_afterClose_throws() {
        X25519 own = X25519.generate(new SeededRandom(1));
        Bytes peer = X25519.generate(new SeededRandom(2)).publicKey();
        own.close();
        assertThatThrownBy(() -> own.agree(peer, new byte[32], 0)).isInstanceOf(IllegalStateException.class);
        assertThat(own).hasToString("X25519");
    }

    @Test
    void agree_keyOfOtherSize_throws() {
        X25519 own = X25519.generate(new SeededRandom(1));
        assertThatThrownBy(() -> own.agree(Bytes.copyOf(new byte[31]), new byte[32], 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> X25519.ofPrivateKey(SecretBytes.adopt(new byte[33])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
