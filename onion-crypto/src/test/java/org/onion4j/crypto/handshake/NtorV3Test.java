package org.onion4j.crypto.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.Ed25519Identity;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.testing.ScriptedRandom;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class NtorV3Test {
    private static final Ed25519Identity ID = Ed25519Identity.copyOf(new SeededRandom(5).bytes(32));
    private static final Bytes MESSAGE = Bytes.fromHex("010100");
    private static final Bytes ANSWER = Bytes.fromHex("0102011f");

    static Stream<Vector> vectors() {
        return Stream.concat(Vectors.stream("ntor-v3"), Vectors.stream("ntor-v3-circuit"));
    }

    static Stream<Vector> badReplies() {
        return Vectors.stream("ntor-v3-bad-replies");
    }

    static Stream<Vector> lowOrder() {
        return Vectors.stream("x25519-low-order");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void finish_vector_givesMessageAndKeys(Vector v) throws HandshakeException {
        Ed25519Identity id = new Ed25519Identity(v.bytes("relay_id"));
        NtorV3Client client = new NtorV3Client(
                id,
                v.bytes("onion_public"),
                v.bytes("client_message"),
                v.bytes("verification"),
                new ScriptedRandom(v.bytes("client_private")));
        assertThat(client.onionskin()).isEqualTo(v.bytes("onionskin"));
        try (HandshakeResult result = client.finish(v.bytes("reply"))) {
            assertThat(result.serverMessage()).isEqualTo(v.bytes("server_message"));
            assertThat(result.keys().next(v.bytes("keys").size()).exposeArray()).isEqualTo(v.array("keys"));
        }
        X25519 onionKey = X25519.ofPrivateKey(SecretBytes.adopt(v.array("onion_private")));
        NtorV3Server server = NtorV3Server.receive(id, onionKey, v.bytes("onionskin"), v.bytes("verification"));
        assertThat(server.clientMessage()).isEqualTo(v.bytes("client_message"));
        try (ServerReply reply =
                server.reply(v.bytes("server_message"), new ScriptedRandom(v.bytes("server_private")))) {
            assertThat(reply.reply()).isEqualTo(v.bytes("reply"));
            assertThat(reply.keys().next(v.bytes("keys").size()).exposeArray()).isEqualTo(v.array("keys"));
        }
    }

    @Test
    void circuitVerification_isThatOfTheVectors() {
        for (Vector v : Vectors.of("ntor-v3-circuit")) {
            assertThat(v.bytes("verification")).isEqualTo(NtorV3Keys.CIRCUIT_VERIFICATION);
        }
    }

    @ParameterizedTest
    @MethodSource("badReplies")
    void finish_badReply_throwsHandshake(Vector v) {
        NtorV3Client client = new NtorV3Client(
                new Ed25519Identity(v.bytes("relay_id")),
                v.bytes("onion_public"),
                v.bytes("client_message"),
                v.bytes("verification"),
                new ScriptedRandom(v.bytes("client_private")));
        assertThatThrownBy(() -> client.finish(v.bytes("reply"))).isInstanceOf(HandshakeException.class);
        assertThatThrownBy(() -> client.finish(v.bytes("reply"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void t10_finish_anyBitChanged_throwsHandshake() throws HandshakeException {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        for (int bit = 0; bit < 8 * (NtorV3Client.REPLY_OVERHEAD + ANSWER.size()); bit += 13) {
            NtorV3Client client = new NtorV3Client(ID, onionKey.publicKey(), MESSAGE, new SeededRandom(2));
            byte[] reply = answer(onionKey, client.onionskin());
            reply[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> client.finish(Bytes.copyOf(reply))).isInstanceOf(HandshakeException.class);
        }
    }

    @Test
    void t10_finish_replyToAnotherHandshake_throwsHandshake() throws HandshakeException {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        SeededRandom random = new SeededRandom(2);
        NtorV3Client one = new NtorV3Client(ID, onionKey.publicKey(), MESSAGE, random);
        NtorV3Client other = new NtorV3Client(ID, onionKey.publicKey(), MESSAGE, random);
        Bytes reply = Bytes.copyOf(answer(onionKey, one.onionskin()));
        assertThatThrownBy(() -> other.finish(reply)).isInstanceOf(HandshakeException.class);
        one.finish(reply).close();
    }

    @Test
    void t09_finish_anyLengthOfZeros_throwsHandshake() {
        Bytes onionKey = X25519.generate(new SeededRandom(1)).publicKey();
        for (int length = 0; length <= 509; length += length < 70 ? 1 : 50) {
            NtorV3Client client = new NtorV3Client(ID, onionKey, MESSAGE, new SeededRandom(2));
            Bytes reply = Bytes.copyOf(new byte[length]);
            assertThatThrownBy(() -> client.finish(reply)).isInstanceOf(HandshakeException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("lowOrder")
    void finish_keysOfSmallOrderAndMatchingAuth_throwsHandshake(Vector v) {
        Bytes bad = v.bytes("public");
        NtorV3Client client = new NtorV3Client(ID, bad, MESSAGE, new SeededRandom(2));
        Bytes x = client.onionskin().slice(64, 96);
        byte[] msgMac = client.onionskin()
                .slice(client.onionskin().size() - 32, client.onionskin().size())
                .toArray();
        NtorV3Keys.Circuit forged =
                new NtorV3Keys.Circuit(new byte[64], ID, bad, x, bad, NtorV3Keys.CIRCUIT_VERIFICATION);
        Bytes encrypted = forged.crypt(ANSWER);
        Bytes reply = Bytes.concat(bad, Bytes.copyOf(forged.auth(msgMac, encrypted)), encrypted);
        assertThatThrownBy(() -> client.finish(reply)).isInstanceOf(HandshakeException.class);
    }

    @ParameterizedTest
    @MethodSource("lowOrder")
    void receive_clientKeyOfSmallOrder_throwsHandshake(Vector v) {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        Bytes x = v.bytes("public");
        NtorV3Keys.Message keys =
                new NtorV3Keys.Message(new byte[32], ID, x, onionKey.publicKey(), NtorV3Keys.CIRCUIT_VERIFICATION);
        Bytes signed = Bytes.concat(ID.value(), onionKey.publicKey(), x, keys.crypt(MESSAGE));
        Bytes onionskin = Bytes.concat(signed, Bytes.copyOf(keys.mac(signed)));
        assertThatThrownBy(() -> NtorV3Server.receive(ID, onionKey, onionskin)).isInstanceOf(HandshakeException.class);
    }

    @Test
    void receive_alteredOrForOthers_throwsHandshake() {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        Bytes onionskin = new NtorV3Client(ID, onionKey.publicKey(), MESSAGE, new SeededRandom(2)).onionskin();
        for (int at = 0; at < onionskin.size(); at++) {
            byte[] changed = onionskin.toArray();
            changed[at] ^= 0x40;
            refused(onionKey, Bytes.copyOf(changed));
        }
        for (int length = 0; length < onionskin.size(); length++) {
            refused(onionKey, onionskin.slice(0, length));
        }
    }

    private static void refused(X25519 onionKey, Bytes onionskin) {
        assertThatThrownBy(() -> NtorV3Server.receive(ID, onionKey, onionskin)).isInstanceOf(HandshakeException.class);
    }

    @Test
    void reply_again_throwsIllegalState() throws HandshakeException {
        X25519 onionKey = X25519.generate(new SeededRandom(1));
        Bytes onionskin = new NtorV3Client(ID, onionKey.publicKey(), MESSAGE, new SeededRandom(2)).onionskin();
        NtorV3Server server = NtorV3Server.receive(ID, onionKey, onionskin);
        server.reply(ANSWER, new SeededRandom(3)).close();
        assertThatThrownBy(() -> server.reply(ANSWER, new SeededRandom(3))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void finish_afterClose_throwsIllegalState() {
        NtorV3Client client =
                new NtorV3Client(ID, X25519.generate(new SeededRandom(1)).publicKey(), MESSAGE, new SeededRandom(2));
        client.close();
        client.close();
        assertThatThrownBy(() -> client.finish(Bytes.copyOf(new byte[64]))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void new_onionKeyOfOtherSize_throwsIllegalArgument() {
        assertThatThrownBy(() -> new NtorV3Client(ID, Bytes.EMPTY, MESSAGE, new SeededRandom(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] answer(X25519 onionKey, Bytes onionskin) throws HandshakeException {
        return NtorV3Server.receive(ID, onionKey, onionskin)
                .reply(ANSWER, new SeededRandom(3))
                .reply()
                .toArray();
    }
}
