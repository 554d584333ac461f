package org.onion4j.crypto.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

/** Whole circuits, both sides, with the bodies on every link. */
class Tor1CryptoVectorTest {
    private static final int LEN = ClientHopCrypto.BODY_LEN;

    private ClientHopCrypto[] client;
    private RelayHopCrypto[] relays;

    static Stream<Vector> circuits() {
        List<Vector> known = Vectors.of("relay-crypto-circuits").stream()
                .filter(v -> v.objects("hops").stream()
                        .noneMatch(hop -> hop.text("crypto").equals("cgo")))
                .toList();
        assertThat(known).hasSize(3);
        return known.stream();
    }

    @ParameterizedTest
    @MethodSource("circuits")
    void circuit_ofTheVector_hasTheseBodiesAndTags(Vector circuit) {
        List<Vector> hops = circuit.objects("hops");
        client = new ClientHopCrypto[hops.size()];
        relays = new RelayHopCrypto[hops.size()];
        for (int i = 0; i < client.length; i++) {
            GivenKeys forClient = new GivenKeys(hops.get(i).bytes("keys"));
            GivenKeys forRelay = new GivenKeys(hops.get(i).bytes("keys"));
            boolean service = hops.get(i).text("crypto").equals("hs");
            client[i] = service ? Tor1ClientCrypto.ofOnionService(forClient) : Tor1ClientCrypto.ofRelay(forClient);
            relays[i] = service ? Tor1RelayCrypto.ofOnionService(forRelay) : Tor1RelayCrypto.ofRelay(forRelay);
            assertThat(forClient.left()).isEqualTo(service ? 0 : 20); // KH
        }
        for (Vector step : circuit.objects("steps")) {
            if (step.text("direction").equals("forward")) {
                forward(step);
            } else {
                backward(step);
            }
        }
    }

    private void forward(Vector step) {
        int hop = step.integer("hop") - 1;
        List<String> wire = step.texts("wire");
        byte[] body = new byte[LEN];
        client[hop].originate(step.array("plaintext"), 0, body, 0);
        assertThat(client[hop].forwardTag()).isEqualTo(step.array("sendme_tag"));
        for (int i = hop - 1; i >= 0; i--) {
            byte[] next = new byte[LEN];
            client[i].passForward(body, 0, next, 0);
            body = next;
        }
        for (int i = 0; i <= hop; i++) {
            assertThat(Bytes.copyOf(body).hex()).isEqualTo(wire.get(i));
            byte[] next = new byte[LEN];
            assertThat(relays[i].decryptForward(body, 0, next, 0)).isEqualTo(i == hop);
            body = next;
        }
        assertPlain(body, step);
        assertThat(relays[hop].forwardTag()).isEqualTo(step.array("sendme_tag"));
    }

    private void backward(Vector step) {
        int hop = step.integer("hop") - 1;
        List<String> wire = step.texts("wire");
        byte[] body = new byte[LEN];
        relays[hop].originate(step.array("plaintext"), 0, body, 0);
        assertThat(relays[hop].backwardTag()).isEqualTo(step.array("sendme_tag"));
        for (int i = hop - 1; i >= 0; i--) {
            assertThat(Bytes.copyOf(body).hex()).isEqualTo(wire.get(hop - 1 - i));
            byte[] next = new byte[LEN];
            relays[i].passBackward(body, 0, next, 0);
            body = next;
        }
        assertThat(Bytes.copyOf(body).hex()).isEqualTo(wire.get(hop));
        for (int i = 0; i <= hop; i++) {
            byte[] next = new byte[LEN];
            assertThat(client[i].decryptBackward(body, 0, next, 0)).isEqualTo(i == hop);
            body = next;
        }
        assertPlain(body, step);
        assertThat(client[hop].backwardTag()).isEqualTo(step.array("sendme_tag"));
    }

    private static void assertPlain(byte[] body, Vector step) {
        Bytes tag = step.bytes("sendme_tag");
        assertThat(Bytes.copyOf(body, 5, 4)).isEqualTo(tag.slice(0, 4));
        byte[] copy = body.clone();
        Arrays.fill(copy, 5, 9, (byte) 0);
        assertThat(copy).isEqualTo(step.array("plaintext"));
    }
}
