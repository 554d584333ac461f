package org.onion4j.crypto.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.SeededRandom;

class Tor1CryptoPropertyTest {
    private static final int LEN = ClientHopCrypto.BODY_LEN;

    /** Each step sends a message to or from a hop of three: 0 to 2 forward, 3 to 5 backward. */
    @Property(tries = 150)
    void circuit_anyOrderOfMessages_eachReachesItsHopAlone(
            @ForAll long seed, @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 5) Integer> steps) {
        SeededRandom random = new SeededRandom(seed);
        ClientHopCrypto[] client = new ClientHopCrypto[3];
        RelayHopCrypto[] relays = new RelayHopCrypto[3];
        for (int i = 0; i < 3; i++) {
            Bytes keys = Bytes.copyOf(random.bytes(128));
            boolean service = i == 2 && seed % 2 == 0;
            client[i] = service
                    ? Tor1ClientCrypto.ofOnionService(new GivenKeys(keys))
                    : Tor1ClientCrypto.ofRelay(new GivenKeys(keys));
            relays[i] = service
                    ? Tor1RelayCrypto.ofOnionService(new GivenKeys(keys))
                    : Tor1RelayCrypto.ofRelay(new GivenKeys(keys));
        }
        for (int step : steps) {
            byte[] message = random.bytes(LEN);
            message[1] = 0;
            message[2] = 0;
            int hop = step % 3;
            byte[] got = step < 3 ? forward(client, relays, hop, message) : backward(client, relays, hop, message);
            assertThat(got).isEqualTo(message); // its digest filled in by originate
            assertThat(client[hop].forwardTag()).isEqualTo(relays[hop].forwardTag());
            assertThat(client[hop].backwardTag()).isEqualTo(relays[hop].backwardTag());
        }
    }

    private static byte[] forward(ClientHopCrypto[] client, RelayHopCrypto[] relays, int hop, byte[] message) {
        byte[] body = new byte[LEN];
        client[hop].originate(message, 0, body, 0);
        for (int i = hop - 1; i >= 0; i--) {
            byte[] next = new byte[LEN];
            client[i].passForward(body, 0, next, 0);
            body = next;
        }
        for (int i = 0; i <= hop; i++) {
            byte[] next = new byte[LEN];
            assertThat(relays[i].decryptForward(body, 0, next, 0)).isEqualTo(i == hop);
            body = next;
        }
        return body;
    }

    private static byte[] backward(ClientHopCrypto[] client, RelayHopCrypto[] relays, int hop, byte[] message) {
        byte[] body = new byte[LEN];
        relays[hop].originate(message, 0, body, 0);
        for (int i = hop - 1; i >= 0; i--) {
            byte[] next = new byte[LEN];
            relays[i].passBackward(body, 0, next, 0);
            body = next;
        }
        for (int i = 0; i <= hop; i++) {
            byte[] next = new byte[LEN];
            assertThat(client[i].decryptBackward(body, 0, next, 0)).isEqualTo(i == hop);
            body = next;
        }
        return body;
    }
}
