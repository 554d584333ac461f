package org.onion4j.crypto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.SeededRandom;

class Tor1CryptoTest {
    private static final int LEN = ClientHopCrypto.BODY_LEN;

    private static ClientHopCrypto client(Tor1Form form) {
        GivenKeys keys = new GivenKeys(Bytes.copyOf(new SeededRandom(1).bytes(128)));
        return form == Tor1Form.RELAY ? Tor1ClientCrypto.ofRelay(keys) : Tor1ClientCrypto.ofOnionService(keys);
    }

    private static RelayHopCrypto relay(Tor1Form form) {
        GivenKeys keys = new GivenKeys(Bytes.copyOf(new SeededRandom(1).bytes(128)));
        return form == Tor1Form.RELAY ? Tor1RelayCrypto.ofRelay(keys) : Tor1RelayCrypto.ofOnionService(keys);
    }

    private static byte[] message(int seed) {
        byte[] body = new SeededRandom(seed).bytes(LEN);
        Arrays.fill(body, 1, 3, (byte) 0);
        Arrays.fill(body, 5, 9, (byte) 0);
        return body;
    }

    private static byte[] fromRelay(RelayHopCrypto relay, int seed) {
        byte[] out = new byte[LEN];
        relay.originate(message(seed), 0, out, 0);
        return out;
    }

    @ParameterizedTest
    @EnumSource(Tor1Form.class)
    void decryptBackward_recognizedZeroByChance_leavesTheDigestAsItWas(Tor1Form form) {
        ClientHopCrypto client = client(form);
        RelayHopCrypto relay = relay(form);
        byte[] out = new byte[LEN];
        for (int i = 0; i < 5; i++) {
            assertThat(client.decryptBackward(fromRelay(relay, i), 0, out, 0)).isTrue();
            byte[] tag = client.backwardTag();
            byte[] foreign = message(100 + i); // a later hop's cell, its RECOGNIZED zero by chance
            foreign[6] = 1;
            byte[] onTheWire = new byte[LEN];
            relay.passBackward(foreign, 0, onTheWire, 0);
            assertThat(client.decryptBackward(onTheWire, 0, out, 0)).isFalse();
            assertThat(out).isEqualTo(foreign);
            assertThat(client.backwardTag()).isEqualTo(tag);
        }
        assertThat(client.decryptBackward(fromRelay(relay, 50), 0, out, 0)).isTrue();
        assertThat(client.backwardTag()).isEqualTo(relay.backwardTag());
    }

    @ParameterizedTest
    @EnumSource(Tor1Form.class)
    void decryptForward_recognizedZeroByChance_leavesTheDigestAsItWas(Tor1Form form) {
        ClientHopCrypto client = client(form);
        RelayHopCrypto relay = relay(form);
        byte[] wire = new byte[LEN];
        byte[] out = new byte[LEN];
        client.passForward(message(1), 0, wire, 0);
        assertThat(relay.decryptForward(wire, 0, out, 0)).isFalse();
        client.originate(message(2), 0, wire, 0);
        assertThat(relay.decryptForward(wire, 0, out, 0)).isTrue();
        assertThat(relay.forwardTag()).isEqualTo(client.forwardTag()).hasSize(20);
    }

    @Test
    void t15_decryptBackward_anyByteChanged_isNotRecognised() {
        for (int at = 0; at < LEN; at++) {
            byte[] cell = fromRelay(relay(Tor1Form.RELAY), 1);
            cell[at] ^= 0x10;
            assertThat(client(Tor1Form.RELAY).decryptBackward(cell, 0, new byte[LEN], 0))
                    .as("byte %s", at)
                    .isFalse();
        }
    }

    @Test
    void t15_decryptBackward_cellDroppedOrRepeated_nothingIsRecognisedAfterwards() {
        for (boolean repeated : new boolean[] {true, false}) {
            RelayHopCrypto relay = relay(Tor1Form.RELAY);
            ClientHopCrypto client = client(Tor1Form.RELAY);
            byte[] first = fromRelay(relay, 1);
            byte[] out = new byte[LEN];
            if (repeated) {
                assertThat(client.decryptBackward(first, 0, out, 0)).isTrue();
                assertThat(client.decryptBackward(first, 0, out, 0)).isFalse();
            }
            for (int i = 2; i < 6; i++) {
                assertThat(client.decryptBackward(fromRelay(relay, i), 0, out, 0))
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Tor1Form.class)
    void originate_ofDirtyDigestField_isTheSame(Tor1Form form) {
        byte[] dirty = message(1);
        Arrays.fill(dirty, 5, 9, (byte) 7);
        byte[] out = new byte[LEN];
        byte[] same = new byte[LEN];
        client(form).originate(dirty, 0, out, 0);
        client(form).originate(message(1), 0, same, 0);
        assertThat(out).isEqualTo(same);
        assertThat(Arrays.copyOfRange(dirty, 5, 9)).isNotEqualTo(new byte[4]);
    }

    @ParameterizedTest
    @EnumSource(Tor1Form.class)
    void everyMethod_atOffsets_touchesItsRangeAlone(Tor1Form form) {
        ClientHopCrypto client = client(form);
        RelayHopCrypto relay = relay(form);
        byte[] in = new byte[LEN + 30];
        byte[] wire = new byte[LEN + 30];
        byte[] out = new byte[LEN + 30];
        for (byte[] array : new byte[][] {in, wire, out}) {
            Arrays.fill(array, (byte) 0x55);
        }
        System.arraycopy(message(1), 0, in, 10, LEN);
        client.originate(in, 10, wire, 20);
        assertThat(relay.decryptForward(wire, 20, out, 30)).isTrue();
        assertFrame(in, 10);
        assertFrame(wire, 20);
        assertFrame(out, 30);
        assertThat(Bytes.copyOf(out, 30, LEN)).isEqualTo(Bytes.copyOf(in, 10, LEN));
        client.passForward(in, 10, wire, 20);
        relay.decryptForward(wire, 20, out, 30);
        assertFrame(out, 30);
        assertThat(Bytes.copyOf(out, 30, LEN)).isEqualTo(Bytes.copyOf(in, 10, LEN));
        relay.passBackward(in, 10, wire, 20);
        client.decryptBackward(wire, 20, out, 30);
        assertFrame(wire, 20);
        assertThat(Bytes.copyOf(out, 30, LEN)).isEqualTo(Bytes.copyOf(in, 10, LEN));
    }

    private static void assertFrame(byte[] array, int from) {
        for (int i = 0; i < array.length; i++) {
            if (i < from || i >= from + LEN) {
                assertThat(array[i]).isEqualTo((byte) 0x55);
            }
        }
    }

    /** T86. */
    @ParameterizedTest
    @EnumSource(Tor1Form.class)
    void t86_everyMethod_afterClose_throws(Tor1Form form) {
        ClientHopCrypto client = client(form);
        RelayHopCrypto relay = relay(form);
        client.originate(message(1), 0, new byte[LEN], 0);
        client.close();
        client.close();
        relay.close();
        assertThat(client.forwardTag()).containsOnly(0);
        assertThatThrownBy(() -> client.originate(message(1), 0, new byte[LEN], 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.passForward(message(1), 0, new byte[LEN], 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> client.decryptBackward(message(1), 0, new byte[LEN], 0))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> relay.passBackward(message(1), 0, new byte[LEN], 0))
                .isInstanceOf(IllegalStateException.class);
    }
}
