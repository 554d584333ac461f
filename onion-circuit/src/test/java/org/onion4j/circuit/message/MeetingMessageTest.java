package org.onion4j.circuit.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.common.collect.ImmutableList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.bytes.WireFormatException;
import org.onion4j.crypto.bytes.WireWriter;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

/** The messages by which clients and onion services meet. */
class MeetingMessageTest {
    private static final Bytes KEY = Bytes.copyOf(new byte[32]);

    private static RelayMessage decode(RelayCommand command, Bytes data) throws WireFormatException {
        return RelayMessage.decode(command, 0, data.toArray(), 0, data.size());
    }

    private static Bytes encode(RelayMessage message) {
        WireWriter out = new WireWriter();
        message.encode(out);
        return out.toBytes();
    }

    static Stream<Vector> establishIntros() {
        return Vectors.stream("hs-establish-intro");
    }

    @ParameterizedTest
    @MethodSource("establishIntros")
    void establishIntro_isAsComputedElsewhere(Vector v) throws WireFormatException {
        EstablishIntro message = (EstablishIntro) decode(RelayCommand.ESTABLISH_INTRO, v.bytes("body"));
        assertThat(message.authKey()).isEqualTo(v.bytes("auth_public"));
        assertThat(message.handshakeAuth()).isEqualTo(v.bytes("handshake_auth"));
        assertThat(message.signature()).isEqualTo(v.bytes("signature"));
        assertThat(encode(message)).isEqualTo(v.bytes("body"));

        try (SecretBytes seed = SecretBytes.adopt(v.array("auth_seed"));
                SecretBytes kh = SecretBytes.adopt(v.array("kh"));
                Ed25519KeyPair pair = Ed25519KeyPair.ofSeed(seed)) {
            assertThat(EstablishIntro.signed(pair, message.extensions(), kh)).isEqualTo(message);
        }
        Bytes macInput = EstablishIntro.macInput(message.authKey(), message.extensions());
        byte[] length = new WireWriter().u64(v.bytes("kh").size()).toArray();
        assertThat(Digests.sha3(length, v.array("kh"), macInput.toArray())).isEqualTo(message.handshakeAuth());
        Bytes signed = EstablishIntro.signatureInput(message.authKey(), message.extensions(), message.handshakeAuth());
        assertThat(Ed25519.verify(message.authKey(), signed, message.signature()))
                .isTrue();
    }

    static Stream<Vector> introduce1s() {
        return Vectors.stream("hs-introduce1");
    }

    @ParameterizedTest
    @MethodSource("introduce1s")
    void introduce1_isAsComputedElsewhere(Vector v) throws WireFormatException {
        Introduce1 message = (Introduce1) decode(RelayCommand.INTRODUCE1, v.bytes("body"));
        assertThat(message.authKey()).isEqualTo(v.bytes("auth_key"));
        assertThat(message.extensions()).isEmpty();
        Bytes header = v.bytes("header");
        assertThat(message.encrypted())
                .isEqualTo(v.bytes("body").slice(header.size(), v.bytes("body").size()));
        assertThat(encode(message)).isEqualTo(v.bytes("body"));
        Introduce2 passedOn = (Introduce2) decode(RelayCommand.INTRODUCE2, v.bytes("body"));
        assertThat(encode(passedOn)).isEqualTo(v.bytes("body"));
    }

    @Test
    void introduce1_legacy_otherKeyType_orNothingEncrypted_isRefused() {
        Bytes good = encode(new Introduce1(KEY, ImmutableList.of(), Bytes.copyOf((byte) 1)));
        refuse(RelayCommand.INTRODUCE1, changed(good, 0));
        refuse(RelayCommand.INTRODUCE1, changed(good, 20));
        refuse(RelayCommand.INTRODUCE1, changed(good, 22));
        refuse(RelayCommand.INTRODUCE1, good.slice(0, good.size() - 1));
        refuse(RelayCommand.INTRODUCE2, good.slice(0, good.size() - 1));
    }

    @Test
    void establishRendezvous_ofAnotherLength_isRefused() {
        refuse(RelayCommand.ESTABLISH_RENDEZVOUS, Bytes.copyOf(new byte[19]));
        refuse(RelayCommand.ESTABLISH_RENDEZVOUS, Bytes.copyOf(new byte[21]));
        refuse(RelayCommand.RENDEZVOUS1, Bytes.copyOf(new byte[19]));
    }

    @Test
    void strings_holdNeitherKeysNorCookies() {
        Bytes secret = Bytes.fromHex("abcdef0123456789abcdef0123456789abcdef01");
        Bytes key = Bytes.concat(secret, secret).slice(0, 32);
        assertThat(ImmutableList.of(
                                new EstablishRendezvous(secret),
                                new Rendezvous1(secret, secret),
                                new Rendezvous2(secret),
                                new Introduce1(key, ImmutableList.of(), secret),
                                new Introduce2(key, ImmutableList.of(), secret))
                        .toString())
                .doesNotContain("abcdef");
    }

    private static Bytes changed(Bytes value, int at) {
        byte[] array = value.toArray();
        array[at] ^= 1;
        return Bytes.copyOf(array);
    }

    private static void refuse(RelayCommand command, Bytes data) {
        assertThatExceptionOfType(WireFormatException.class).isThrownBy(() -> decode(command, data));
    }
}
