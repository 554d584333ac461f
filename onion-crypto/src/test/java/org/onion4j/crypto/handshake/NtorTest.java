package org.onion4j.crypto.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.testing.ScriptedRandom;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class NtorTest {
    private static final RsaIdentity ID = RsaIdentity.fromHex("00112233445566778899aabbccddeeff00112233");

    static Stream<Vector> vectors() {
        return Vectors.stream("ntor");
    }

    static Stream<Vector> badReplies() {
        return Vectors.stream("ntor-bad-replies");
    }

    static Stream<Vector> lowOrder() {
        return Vectors.stream("x25519-low-order");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void finish_vector_givesTheKeys(Vector v) throws HandshakeException {
        RsaIdentity id = new RsaIdentity(v.bytes("node_id"));
        NtorClient client = new NtorClient(id, v.bytes("onion_public"), new ScriptedRandom(v.bytes("client_private")));
        assertThat(client.onionskin()).isEqualTo(v.bytes("onionskin"));
        try (HandshakeResult result = client.finish(v.bytes("reply"))) {
            assertThat(result.serverMessage()).isEqualTo(Bytes.EMPTY);
            assertThat(result.keys().next(92).exposeArray()).isEqualTo(v.array("keys"));
        }
        X25519 onionKey = X25519.ofPrivateKey(SecretBytes.adopt(v.array("onion_private")));
        try (ServerReply server =
                NtorServer.answer(id, onionKey, v.bytes("onionskin"), new ScriptedRandom(v.bytes("server_private")))) {
            assertThat(server.reply()).isEqualTo(v.bytes("reply"));
            for (String name : new String[] {"df", "db", "kf", "kb", "kh"}) {
                assertThat(server.keys().next(v.bytes(name).size()).exposeArray())
                        .isEqualTo(v.array(name));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("badReplies")
    void finish_badReply_throwsHandshake(Vector v) {
        NtorClient client = new NtorClient(
                new RsaIdentity(v.bytes("node_id")),
                v.bytes("onion_public"),
                new ScriptedRandom(v.bytes("client_private")));
        assertThatThrownBy(() -> client.finish(v.bytes("reply"))).isInstanceOf(HandshakeException.class);
        assertThatThrownBy(() -> client.finish(v.bytes("reply"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void t10_finish_replyToAnotherHandshake_throwsHandshake() throws HandshakeException {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        SeededRandom random = new SeededRandom(2);
        NtorClient one = new NtorClient(ID, onionKey.publicKey(), random);
        NtorClient other = new NtorClient(ID, onionKey.publicKey(), random);
        Bytes reply = NtorServer.answer(ID, onionKey, one.onionskin(), random).reply();
        assertThatThrownBy(() -> other.finish(reply)).isInstanceOf(HandshakeException.class);
        one.finish(reply).close();
    }

    @Test
    void t10_finish_anyBitChanged_throwsHandshake() throws HandshakeException {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        for (int bit = 0; bit < 8 * NtorClient.REPLY_LEN; bit += 17) { // 255 is the bit of Y that X25519 ignores
            assertRefusedWithBit(onionKey, bit);
        }
    }

    private static void assertRefusedWithBit(X25519 onionKey, int bit) throws HandshakeException {
        NtorClient client = new NtorClient(ID, onionKey.publicKey(), new SeededRandom(2));
        byte[] reply = NtorServer.answer(ID, onionKey, client.onionskin(), new SeededRandom(3))
                .reply()
                .toArray();
        reply[bit / 8] ^= (byte) (1 << bit % 8);
        assertThatThrownBy(() -> client.finish(Bytes.copyOf(reply))).isInstanceOf(HandshakeException.class);
    }

    /** T09. */
    @Test
    void t09_finish_anyOtherLength_throwsHandshake() {
        Bytes onionKey = X25519.generate(new SeededRandom(1)).publicKey();
        for (int length = 0; length <= 509; length++) {
            if (length != NtorClient.REPLY_LEN) {
                NtorClient client = new NtorClient(ID, onionKey, new SeededRandom(2));
                Bytes reply = Bytes.copyOf(new byte[length]);
                assertThatThrownBy(() -> client.finish(reply)).isInstanceOf(HandshakeException.class);
            }
        }
    }

    /** A relay that knows no secret can compute AUTH where B and Y are of small order: the zeros give it away. */
    @ParameterizedTest
    @MethodSource("lowOrder")
    void finish_keysOfSmallOrderAndMatchingAuth_throwsHandshake(Vector v) {
        Bytes bad = v.bytes("public");
        NtorClient client = new NtorClient(ID, bad, new SeededRandom(2));
        Bytes x = client.onionskin().slice(52, 84);
        NtorKeys forged = new NtorKeys(new byte[64], ID, bad, x, bad);
        Bytes reply = Bytes.concat(bad, Bytes.copyOf(forged.auth));
        assertThatThrownBy(() -> client.finish(reply)).isInstanceOf(HandshakeException.class);
    }

    @ParameterizedTest
    @MethodSource("lowOrder")
    void answer_clientKeyOfSmallOrder_throwsHandshake(Vector v) {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        Bytes onionskin = Bytes.concat(ID.value(), onionKey.publicKey(), v.bytes("public"));
        assertThatThrownBy(() -> NtorServer.answer(ID, onionKey, onionskin, new SeededRandom(3)))
                .isInstanceOf(HandshakeException.class);
    }

    @Test
    void answer_otherRelayOrKeyOrLength_throwsHandshake() {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        X25519 otherKey = X25519.generate(new SeededRandom(9));
        RsaIdentity otherId = RsaIdentity.copyOf(new byte[20]);
        Bytes onionskin = new NtorClient(ID, onionKey.publicKey(), new SeededRandom(2)).onionskin();
        assertThatThrownBy(() -> NtorServer.answer(otherId, onionKey, onionskin, new SeededRandom(3)))
                .isInstanceOf(HandshakeException.class);
        assertThatThrownBy(() -> NtorServer.answer(ID, otherKey, onionskin, new SeededRandom(3)))
                .isInstanceOf(HandshakeException.class);
        assertThatThrownBy(() -> NtorServer.answer(ID, onionKey, onionskin.slice(0, 83), new SeededRandom(3)))
                .isInstanceOf(HandshakeException.class);
    }

    @Test
    void new_onionKeyOfOtherSize_throwsIllegalArgument() {
        assertThatThrownBy(() -> new NtorClient(ID, Bytes.EMPTY, new SeededRandom(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void finish_afterClose_throwsIllegalState() {
        NtorClient client =
                new NtorClient(ID, X25519.generate(new SeededRandom(1)).publicKey(), new SeededRandom(2));
        client.close();
        client.close();
        assertThatThrownBy(() -> client.finish(Bytes.copyOf(new byte[64]))).isInstanceOf(IllegalStateException.class);
    }
}
