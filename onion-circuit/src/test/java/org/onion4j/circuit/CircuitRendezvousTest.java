package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.circuitFailure;
import static org.onion4j.circuit.testing.CircuitFixture.closedKind;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import com.google.common.collect.ImmutableList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.EstablishRendezvous;
import org.onion4j.circuit.message.IntroduceAck;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Rendezvous2;
import org.onion4j.circuit.message.RendezvousEstablished;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.Meeting;
import org.onion4j.circuit.testing.ReceivedMessage;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.HsNtorClient;
import org.onion4j.crypto.handshake.ServerReply;

/** Circuits to rendezvous and introduction points: what is asked of them, and the service as the next hop. */
@Timeout(60)
class CircuitRendezvousTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private final Meeting meeting = new Meeting(client.random());

    private HsNtorClient handshake() {
        return meeting.handshake();
    }

    private static CompletableFuture<RelayMessage> establish(Built built) throws Exception {
        CompletableFuture<RelayMessage> answer =
                built.circuit().ask(new EstablishRendezvous(Meeting.COOKIE), RelayCommand.RENDEZVOUS_ESTABLISHED);
        ReceivedMessage asked = built.awaitMessage(EstablishRendezvous.class, 0);
        assertThat(asked.hop()).isSameAs(built.last());
        return answer;
    }

    /** The circuit with a service as its last hop, at its far end. */
    private ScriptedHop join(Built built) throws Exception {
        HsNtorClient handshake = handshake();
        ServerReply answer = meeting.answer(handshake);
        CompletableFuture<Void> met = built.circuit().meet(handshake);
        ScriptedHop point = built.last();
        Rendezvous2 message = new Rendezvous2(answer.reply());
        ScriptedHop service = built.relay().addService(answer);
        point.send(0, message);
        get(met);
        return service;
    }

    @Test
    void ask_answerOfTheLastHop_completes() throws Exception {
        Built built = client.build(3);
        CompletableFuture<RelayMessage> answer = establish(built);
        built.last().send(0, new RendezvousEstablished());
        assertThat(get(answer)).isEqualTo(new RendezvousEstablished());
    }

    @Test
    void meet_serviceComes_streamsEndThere() throws Exception {
        Built built = client.build(3);
        get(answered(built, establish(built)));
        ScriptedHop service = join(built);
        assertThat(built.circuit().length()).isEqualTo(4);

        DataStream stream = built.circuit().openStream(Begin.toService(80));
        ReceivedMessage begin = built.awaitMessage(Begin.class, stream.streamId());
        assertThat(begin.hop()).isSameAs(service);
        assertThat(begin.message()).isEqualTo(Begin.toService(80));
        service.send(stream.streamId(), Connected.withoutAddress());
        get(stream.connected());
        byte[] data = new byte[100_000];
        data[99_999] = 7;
        CircuitFixture.Running<Void> sending = client.run(() -> {
            service.sendData(stream.streamId(), data);
            return null;
        });
        byte[] read = new byte[data.length];
        for (int at = 0; at < read.length; ) {
            at += stream.read(read, at, read.length - at);
        }
        assertThat(read).isEqualTo(data);
        get(sending.result());
    }

    private static CompletableFuture<RelayMessage> answered(Built built, CompletableFuture<RelayMessage> answer)
            throws Exception {
        built.last().send(0, new RendezvousEstablished());
        return answer;
    }

    /** T40: a rendezvous point that answers before the service can have been told is found out. */
    @Test
    void t40_rendezvous2_beforeIntroduction_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        get(answered(built, establish(built)));
        built.last().send(0, new Rendezvous2(Bytes.copyOf(new byte[64])));
        client.assertClosedAsProtocol(built);
    }

    /** T40: so is one that confirms what it wasn't asked for, or twice. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t40_rendezvousEstablished_notAskedForOrTwice_closesAsProtocol(boolean askedOnce) throws Exception {
        Built built = client.build(3);
        if (askedOnce) {
            get(answered(built, establish(built)));
        }
        built.last().send(0, new RendezvousEstablished());
        client.assertClosedAsProtocol(built);
    }

    /** T40: an answer that isn't the service's, such as one for keys of zeros, ends the circuit. */
    @Test
    void t40_rendezvous2_wrong_closesTheCircuit() throws Exception {
        Built built = client.build(3);
        CompletableFuture<Void> met = built.circuit().meet(handshake());
        built.last().send(0, new Rendezvous2(Bytes.copyOf(new byte[64])));
        assertThat(circuitFailure(met).kind()).isEqualTo(CircuitException.Kind.HANDSHAKE);
        assertThat(closedKind(built.circuit())).isEqualTo(CircuitException.Kind.HANDSHAKE);
    }

    /** T40: the keys of the service are never replaced, by whomever. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void t40_rendezvous2_aSecondTime_closesAsProtocol(boolean byTheService) throws Exception {
        Built built = client.build(3);
        ScriptedHop point = built.last();
        ScriptedHop service = join(built);
        (byTheService ? service : point).send(0, new Rendezvous2(Bytes.copyOf(new byte[64])));
        client.assertClosedAsProtocol(built);
    }

    /** A service opens no streams at its client. */
    @Test
    void begin_ofTheService_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        ScriptedHop service = join(built);
        service.send(7, Begin.toService(80));
        client.assertClosedAsProtocol(built);
    }

    @Test
    void answer_ofAMiddleHop_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        CompletableFuture<RelayMessage> answer = establish(built);
        built.hop(1).send(0, new RendezvousEstablished());
        client.assertClosedAsProtocol(built);
        assertThat(circuitFailure(answer).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
    }

    @Test
    void answer_onAStream_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        establish(built);
        built.last().send(5, new RendezvousEstablished());
        client.assertClosedAsProtocol(built);
    }

    @Test
    void introduceAck_notAskedFor_closesAsProtocol() throws Exception {
        Built built = client.build(3);
        built.last().send(0, new IntroduceAck(IntroduceAck.SUCCESS, ImmutableList.of()));
        client.assertClosedAsProtocol(built);
    }

    @Test
    void meet_again_replacesTheFirstHandshake() throws Exception {
        Built built = client.build(3);
        CompletableFuture<Void> first = built.circuit().meet(handshake());
        join(built);
        assertThat(first).isCancelled();
    }

    @Test
    void ask_circuitCloses_fails() throws Exception {
        Built built = client.build(3);
        CompletableFuture<RelayMessage> answer = establish(built);
        CompletableFuture<Void> met = built.circuit().meet(handshake());
        built.circuit().close();
        assertThat(circuitFailure(answer).kind()).isEqualTo(CircuitException.Kind.CLOSED);
        assertThat(circuitFailure(met).kind()).isEqualTo(CircuitException.Kind.CLOSED);
        assertThat(circuitFailure(built.circuit()
                                .ask(new EstablishRendezvous(Meeting.COOKIE), RelayCommand.RENDEZVOUS_ESTABLISHED))
                        .kind())
                .isEqualTo(CircuitException.Kind.CLOSED);
    }
}
