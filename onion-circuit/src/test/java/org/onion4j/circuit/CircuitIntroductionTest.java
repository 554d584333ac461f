package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.onion4j.circuit.testing.CircuitFixture.circuitFailure;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.EstablishIntro;
import org.onion4j.circuit.message.IntroEstablished;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.ReceivedMessage;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.Ed25519;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.Sha3Mac;
import org.onion4j.crypto.relay.ClientHopCrypto;

/** Circuits of an onion service to its introduction points. */
@Timeout(60)
class CircuitIntroductionTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private static final ImmutableList<MessageExtension> EXTENSIONS =
            ImmutableList.of(new MessageExtension(MessageExtension.DOS_PARAMETERS, Bytes.fromHex("00")));
    private static final IntroEstablished ESTABLISHED = new IntroEstablished(ImmutableList.of());

    private final Ed25519KeyPair authKey = Ed25519KeyPair.generate(client.random());
    private final List<Introduce2> introductions = new CopyOnWriteArrayList<>();

    private CompletableFuture<IntroEstablished> establish(Built built) {
        return built.circuit().establishIntroduction(authKey, EXTENSIONS, introductions::add);
    }

    private Introduce2 introduction(int number) {
        return new Introduce2(authKey.publicKey(), ImmutableList.of(), Bytes.copyOf((byte) number));
    }

    /** A circuit whose last hop is an introduction point. */
    private Built established() throws Exception {
        Built built = client.build(3);
        CompletableFuture<IntroEstablished> established = establish(built);
        built.awaitMessage(EstablishIntro.class, 0);
        built.last().send(0, ESTABLISHED);
        get(established);
        return built;
    }

    /** By ntor, ntor-v3 and ntor: what the handshakes leave for this lies behind the keys of each. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void establishIntroduction_provesItselfToTheLastHop(int hops) throws Exception {
        Built built = client.build(hops);
        CompletableFuture<IntroEstablished> established = establish(built);
        ReceivedMessage received = built.awaitMessage(EstablishIntro.class, 0);
        assertThat(received.hop()).isSameAs(built.last());
        EstablishIntro message = (EstablishIntro) received.message();
        assertThat(message.authKey()).isEqualTo(authKey.publicKey());
        assertThat(message.extensions()).isEqualTo(EXTENSIONS);
        Bytes authenticated = EstablishIntro.macInput(message.authKey(), message.extensions());
        byte[] kh = built.last().kh().toArray();
        assertThat(kh).hasSize(20);
        assertThat(message.handshakeAuth().toArray()).isEqualTo(Sha3Mac.of(kh, authenticated.toArray()));
        assertThat(Ed25519.verify(
                        message.authKey(),
                        EstablishIntro.signatureInput(message.authKey(), message.extensions(), message.handshakeAuth()),
                        message.signature()))
                .isTrue();
        assertThat(established).isNotDone();
        built.last().send(0, ESTABLISHED);
        assertThat(get(established)).isEqualTo(ESTABLISHED);
    }

    @Test
    void introduce2_onceEstablished_comesInOrderAnyNumberOfTimes() throws Exception {
        Built built = established();
        List<Introduce2> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sent.add(introduction(i));
            built.last().send(0, introduction(i));
        }
        client.awaitHandled();
        assertThat(introductions).isEqualTo(sent);
        assertThat(built.circuit().isOpen()).isTrue();
    }

    @Test
    void introduce2_listenerThatFails_harmsNobody() throws Exception {
        Built built = client.build(1);
        CompletableFuture<IntroEstablished> established = built.circuit()
                .establishIntroduction(authKey, EXTENSIONS, message -> {
                    introductions.add(message);
                    throw new IllegalStateException("a listener's mistake");
                });
        built.last().send(0, ESTABLISHED);
        get(established);
        built.last().send(0, introduction(1));
        built.last().send(0, introduction(2));
        client.awaitHandled();
        assertThat(introductions).hasSize(2);
        assertThat(built.circuit().isOpen()).isTrue();
        assertThat(client.takeLog()).contains("a listener failed").doesNotContain("mistake");
    }

    @Test
    void introduce2_beforeIntroEstablished_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        CompletableFuture<IntroEstablished> established = establish(built);
        built.last().send(0, introduction(1));
        client.assertClosedAsProtocol(built);
        assertThat(circuitFailure(established).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
        assertThat(introductions).isEmpty();
    }

    @Test
    void introduce2_notAskedFor_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        built.last().send(0, introduction(1));
        client.assertClosedAsProtocol(built);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void introduce2_ofAnotherHop_closesAsProtocol(int hop) throws Exception {
        Built built = established();
        built.hop(hop).send(0, introduction(1));
        client.assertClosedAsProtocol(built);
        assertThat(introductions).isEmpty();
    }

    @Test
    void introduce2_onAStream_closesAsProtocol() throws Exception {
        Built built = established();
        built.last().send(3, introduction(1));
        client.assertClosedAsProtocol(built);
    }

    @Test
    void introduce2_malformed_closesAsProtocol() throws Exception {
        Built built = established();
        built.last().send(0, RelayCommand.INTRODUCE2, Bytes.copyOf(new byte[25]));
        client.assertClosedAsProtocol(built);
    }

    @Test
    void introEstablished_twice_closesAsProtocol() throws Exception {
        Built built = established();
        built.last().send(0, ESTABLISHED);
        client.assertClosedAsProtocol(built);
    }

    @Test
    void introEstablished_ofAnotherHop_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        CompletableFuture<IntroEstablished> established = establish(built);
        built.hop(1).send(0, ESTABLISHED);
        client.assertClosedAsProtocol(built);
        assertThat(circuitFailure(established).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
    }

    @Test
    void begin_ofAnIntroductionPoint_closesAsProtocol() throws Exception {
        Built built = established();
        built.last().send(3, Begin.toService(80));
        client.assertClosedAsProtocol(built);
    }

    @Test
    void establishIntroduction_closedCircuit_fails() throws Exception {
        Built built = client.build(1);
        built.circuit().close();
        assertThat(circuitFailure(establish(built)).kind()).isEqualTo(CircuitException.Kind.CLOSED);
    }

    @Test
    void establishIntroduction_circuitCloses_fails() throws Exception {
        Built built = client.build(1);
        CompletableFuture<IntroEstablished> established = establish(built);
        built.circuit().close();
        assertThat(circuitFailure(established).kind()).isEqualTo(CircuitException.Kind.CLOSED);
    }

    /** KH serves once, belongs to the last hop alone, and CREATE_FAST leaves none. */
    @Test
    void kh_isThereOnceAndOfTheLastHopAlone() throws Exception {
        Built built = established();
        assertThatIllegalStateException().isThrownBy(() -> establish(built));
        for (Hop hop : built.circuit().hops()) {
            assertThatIllegalStateException().isThrownBy(hop::takeKh);
        }
        Built fast = client.fast();
        assertThatIllegalStateException().isThrownBy(() -> establish(fast));
        assertThat(fast.circuit().isOpen()).isTrue();
    }

    @Test
    void kh_isWiped_whenTheHopIsNotTheLastAnyMore_orTheCircuitIsClosed() throws Exception {
        for (boolean close : new boolean[] {false, true}) {
            SecretBytes kh = SecretBytes.adopt(new byte[] {1, 2, 3});
            ClientHopCrypto crypto = client.fast().circuit().hops().get(0).crypto();
            Hop hop = new Hop(0, crypto, Handshakes.flow(CircuitParameters.DEFAULT), kh, client.random());
            if (close) {
                hop.close();
            } else {
                hop.forgetKh();
            }
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(kh::exposeArray);
        }
        Built built = client.build(2);
        assertThatIllegalStateException()
                .isThrownBy(() -> built.circuit().hops().get(0).takeKh());
        Hop last = built.circuit().hops().get(1);
        built.circuit().close();
        assertThatIllegalStateException().isThrownBy(last::takeKh);
    }
}
