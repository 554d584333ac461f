package org.onion4j.crypto.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.ScriptedRandom;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class CreateFastTest {
    static Stream<Vector> vectors() {
        return Vectors.stream("create-fast");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void finish_vector_givesTheKeys(Vector v) throws HandshakeException {
        CreateFastClient client = new CreateFastClient(new ScriptedRandom(v.bytes("x")));
        assertThat(client.onionskin()).isEqualTo(v.bytes("x"));
        ServerReply server = CreateFastServer.answer(v.bytes("x"), new ScriptedRandom(v.bytes("y")));
        assertThat(server.reply()).isEqualTo(v.bytes("created_fast_body"));
        try (HandshakeResult result = client.finish(v.bytes("created_fast_body"))) {
            assertThat(result.serverMessage()).isEqualTo(Bytes.EMPTY);
            assertKeys(v, result.keys());
        }
        assertKeys(v, server.keys());
    }

    private static void assertKeys(Vector v, KeyStream keys) {
        for (String name : new String[] {"df", "db", "kf", "kb"}) {
            assertThat(keys.next(v.bytes(name).size()).exposeArray()).isEqualTo(v.array(name));
        }
        keys.close();
        assertThatThrownBy(() -> keys.next(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void finish_anyBitOfKhChanged_throwsHandshake() throws HandshakeException {
        for (int bit = 0; bit < 8 * 40; bit += 7) { // a changed Y changes KH too
            CreateFastClient client = new CreateFastClient(new SeededRandom(1));
            byte[] reply = CreateFastServer.answer(client.onionskin(), new SeededRandom(2))
                    .reply()
                    .toArray();
            reply[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> client.finish(Bytes.copyOf(reply))).isInstanceOf(HandshakeException.class);
        }
    }

    @Test
    void finish_wrongLength_throwsHandshake() throws HandshakeException {
        for (int length : new int[] {0, 1, 20, 39, 41, 509}) {
            CreateFastClient client = new CreateFastClient(new SeededRandom(1));
            assertThatThrownBy(() -> client.finish(Bytes.copyOf(new byte[length])))
                    .isInstanceOf(HandshakeException.class);
            assertThatThrownBy(() -> CreateFastServer.answer(Bytes.copyOf(new byte[length + 22]), new SeededRandom(1)))
                    .isInstanceOf(HandshakeException.class);
        }
    }

    @Test
    void finish_again_throwsIllegalState() {
        CreateFastClient client = new CreateFastClient(new SeededRandom(1));
        assertThatThrownBy(() -> client.finish(Bytes.EMPTY)).isInstanceOf(HandshakeException.class);
        assertThatThrownBy(() -> client.finish(Bytes.EMPTY)).isInstanceOf(IllegalStateException.class);
        CreateFastClient closed = new CreateFastClient(new SeededRandom(1));
        closed.close();
        assertThatThrownBy(() -> closed.finish(Bytes.EMPTY)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(closed::onionskin).isInstanceOf(IllegalStateException.class);
    }
}
