package org.onion4j.crypto.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.Sha3Mac;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class HsNtorTest {
    private static final Bytes AUTH_KEY = Bytes.fromHex("11".repeat(32));
    private static final Bytes SUBCREDENTIAL = Bytes.fromHex("22".repeat(32));
    private static final Bytes HEADER = Bytes.fromHex("0102");

    static Stream<Vector> handshakes() {
        return Stream.concat(Vectors.stream("hs-ntor"), Vectors.stream("hs-ntor-spec"));
    }

    static Stream<Vector> introductions() {
        return Vectors.stream("hs-introduce1");
    }

    static Stream<Vector> macs() {
        return Vectors.stream("mac-sha3-256");
    }

    static Stream<Vector> lowOrder() {
        return Vectors.stream("x25519-low-order");
    }

    @ParameterizedTest
    @MethodSource("macs")
    void mac_vector_matches(Vector v) {
        assertThat(Sha3Mac.of(v.array("key"), v.array("message"))).isEqualTo(v.array("mac"));
    }

    @ParameterizedTest
    @MethodSource("handshakes")
    void handshake_vector_bothSidesMatch(Vector v) throws HandshakeException {
        try (X25519 b = pair(v, "intro_enc_private");
                HsNtorClient client = client(v, "intro_auth_key", "intro_enc_public")) {
            Bytes sealed = client.seal(HEADER, SUBCREDENTIAL);
            try (HsNtorService service =
                    HsNtorService.open(v.bytes("intro_auth_key"), b, v.bytes("subcredential"), HEADER, sealed)) {
                assertThat(service.plaintext()).isEqualTo(SUBCREDENTIAL);
                try (X25519 y = pair(v, "service_private");
                        ServerReply reply = service.answer(y)) {
                    assertThat(reply.reply()).isEqualTo(v.bytes("rendezvous1_handshake"));
                    assertThat(reply.keys().next(128).exposeCopy()).isEqualTo(v.array("circuit_keys"));
                }
            }
            try (HandshakeResult result = client.finish(v.bytes("rendezvous1_handshake"))) {
                assertThat(result.keys().next(128).exposeCopy()).isEqualTo(v.array("circuit_keys"));
            }
        }
    }

    @Test
    void seal_vectorOfTheSpec_matches() throws HandshakeException {
        Vector v = Vectors.of("hs-ntor-spec").get(0);
        try (HsNtorClient client = client(v, "intro_auth_key", "intro_enc_public")) {
            Bytes header = v.bytes("introduce1_header");
            assertThat(Bytes.concat(header, client.seal(header, v.bytes("introduce1_plaintext"))))
                    .isEqualTo(v.bytes("introduce1"));
        }
    }

    @ParameterizedTest
    @MethodSource("introductions")
    void seal_vector_matches(Vector v) throws HandshakeException {
        try (HsNtorClient client = client(v, "auth_key", "enc_public")) {
            Bytes header = v.bytes("header");
            assertThat(Bytes.concat(header, client.seal(header, v.bytes("plaintext"))))
                    .isEqualTo(v.bytes("body"));
        }
    }

    /** T41: no secret is shared with a service whose key is of small order. */
    @ParameterizedTest
    @MethodSource("lowOrder")
    void t41_seal_serviceKeyOfSmallOrder_fails(Vector v) {
        Bytes key = v.bytes("public");
        assertThat(X25519.isUsable(key)).isFalse();
        try (HsNtorClient client = new HsNtorClient(AUTH_KEY, key, SUBCREDENTIAL, new SeededRandom(1))) {
            assertThatThrownBy(() -> client.seal(HEADER, HEADER)).isInstanceOf(HandshakeException.class);
        }
    }

    /** T50: neither is one with a client. */
    @ParameterizedTest
    @MethodSource("lowOrder")
    void t50_open_clientKeyOfSmallOrder_fails(Vector v) {
        Bytes encrypted = Bytes.concat(v.bytes("public"), Bytes.copyOf(new byte[64]));
        try (X25519 b = X25519.generate(new SeededRandom(1))) {
            assertThatThrownBy(() -> HsNtorService.open(AUTH_KEY, b, SUBCREDENTIAL, HEADER, encrypted))
                    .isInstanceOf(HandshakeException.class);
        }
    }

    /** T50: every bit that changes on the way is noticed. */
    @Property(tries = 100)
    void t50_open_anyBitFlipped_fails(@ForAll @Size(min = 1, max = 40) byte[] text, @ForAll int where)
            throws HandshakeException {
        try (X25519 b = X25519.generate(new SeededRandom(1));
                HsNtorClient client = new HsNtorClient(AUTH_KEY, b.publicKey(), SUBCREDENTIAL, new SeededRandom(2))) {
            byte[] sealed = client.seal(HEADER, Bytes.copyOf(text)).toArray();
            int bit = Math.floorMod(where, 8 * sealed.length);
            if (bit == 8 * X25519.LEN - 1) {
                return; // the highest bit of X is not part of the key, but of what the MAC covers: below
            }
            sealed[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> HsNtorService.open(AUTH_KEY, b, SUBCREDENTIAL, HEADER, Bytes.copyOf(sealed)))
                    .isInstanceOf(HandshakeException.class);
            assertThatThrownBy(() -> HsNtorService.open(AUTH_KEY, b, SUBCREDENTIAL, Bytes.EMPTY, Bytes.copyOf(sealed)))
                    .isInstanceOf(HandshakeException.class);
        }
    }

    @Property(tries = 200)
    void open_anyBytes_givesHandshakeException(@ForAll @Size(max = 200) byte[] bytes) {
        try (X25519 b = X25519.generate(new SeededRandom(1))) {
            assertThatThrownBy(() -> HsNtorService.open(AUTH_KEY, b, SUBCREDENTIAL, HEADER, Bytes.copyOf(bytes)))
                    .isInstanceOf(HandshakeException.class);
        }
    }

    /** T40: an answer that anybody but the service makes up is refused, also one for keys of zeros. */
    @Property(tries = 100)
    void t40_finish_anyBytes_givesHandshakeException(@ForAll @Size(max = 100) byte[] bytes) {
        try (X25519 b = X25519.generate(new SeededRandom(1));
                HsNtorClient client = new HsNtorClient(AUTH_KEY, b.publicKey(), SUBCREDENTIAL, new SeededRandom(2))) {
            assertThatThrownBy(() -> client.finish(Bytes.copyOf(bytes))).isInstanceOf(HandshakeException.class);
        }
    }

    private static HsNtorClient client(Vector v, String authKey, String serviceKey) {
        X25519 x = pair(v, "client_private");
        assertThat(x.publicKey()).isEqualTo(v.bytes("client_public"));
        return new HsNtorClient(v.bytes(authKey), v.bytes(serviceKey), v.bytes("subcredential"), x);
    }

    private static X25519 pair(Vector v, String member) {
        return X25519.ofPrivateKey(SecretBytes.adopt(v.array(member)));
    }
}
