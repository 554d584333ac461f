package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import com.google.common.collect.ImmutableList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.EstablishRendezvous;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.IntroEstablished;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Rendezvous1;
import org.onion4j.circuit.message.Rendezvous2;
import org.onion4j.circuit.message.RendezvousEstablished;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.Meeting;
import org.onion4j.circuit.testing.Meeting.Joined;
import org.onion4j.crypto.bytes.Bytes;

/**
 * Clients of an onion service, and relays on the way to them, that break the rules (T16, T54): the circuit at fault is closed,
 * and nothing else. The fixture sees after each test that another circuit of the same channel works.
 */
@Timeout(60)
class JoinedCircuitHostileTest {
    private static final StreamLimit LIMIT = StreamLimit.refusing(10);
    private static final Data DATA = new Data(Bytes.copyOf((byte) 1));
    private static final Bytes KEY = Bytes.copyOf(new byte[32]);

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private final Meeting meeting = new Meeting(client.random());

    private Joined join() throws Exception {
        return meeting.join(client.build(3), LIMIT);
    }

    // BEGIN at all.

    /** No relay opens streams, the rendezvous point included. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void begin_ofARelay_closesAsProtocol(int hop) throws Exception {
        Joined joined = join();
        joined.built().hop(hop).send(7, Begin.toService(80));
        client.assertClosedAsProtocol(joined.built());
        assertThat(joined.offers().all()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void beginDirOrResolve_ofARelay_closesAsProtocol(int hop) throws Exception {
        for (RelayMessage message : ImmutableList.of(new BeginDir(), new Resolve("a.test"))) {
            Joined joined = join();
            joined.built().hop(hop).send(7, message);
            client.assertClosedAsProtocol(joined.built());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void begin_beforeJoining_closesAsProtocol(int hop) throws Exception {
        Built built = client.build(3);
        built.hop(hop).send(7, Begin.toService(80));
        client.assertClosedAsProtocol(built);
    }

    @Test
    void begin_withoutStreamId_closesAsProtocol() throws Exception {
        for (RelayMessage message : ImmutableList.of(Begin.toService(80), new BeginDir())) {
            Joined joined = join();
            joined.client().send(0, message);
            client.assertClosedAsProtocol(joined.built());
            assertThat(joined.offers().all()).isEmpty();
        }
    }

    @Test
    void begin_withTheIdOfAStreamThatWaits_closesAsProtocol() throws Exception {
        Joined joined = join();
        IncomingStream offer = joined.offer(7);
        joined.client().send(7, Begin.toService(80));
        client.assertClosedAsProtocol(joined.built());
        assertThat(offer.isWaiting()).isFalse();
    }

    @Test
    void begin_withTheIdOfAnOpenStream_closesAsProtocol() throws Exception {
        for (RelayMessage message : ImmutableList.of(Begin.toService(80), new BeginDir())) {
            Joined joined = join();
            DataStream stream = joined.open(7);
            joined.client().send(7, message);
            client.assertClosedAsProtocol(joined.built());
            get(stream.closed());
        }
    }

    // What may not arrive at all.

    static Stream<RelayMessage> unasked() {
        return Stream.of(
                new RendezvousEstablished(),
                new Rendezvous2(Bytes.copyOf(new byte[64])),
                new Rendezvous1(Meeting.COOKIE, Bytes.copyOf(new byte[64])),
                new EstablishRendezvous(Meeting.COOKIE),
                new IntroEstablished(ImmutableList.of()),
                new Introduce2(KEY, ImmutableList.of(), KEY),
                new Extended2(KEY),
                Sendme.withTag(Bytes.copyOf(new byte[20])));
    }

    /** T40, at the service's side: whatever the rendezvous point says once the two have met. */
    @ParameterizedTest
    @MethodSource("unasked")
    void t40_unasked_ofTheRendezvousPoint_closesAsProtocol(RelayMessage message) throws Exception {
        Joined joined = join();
        joined.built().hop(2).send(0, message);
        client.assertClosedAsProtocol(joined.built());
    }

    @ParameterizedTest
    @MethodSource("unasked")
    void unasked_ofTheClient_closesAsProtocol(RelayMessage message) throws Exception {
        Joined joined = join();
        joined.client().send(0, message);
        client.assertClosedAsProtocol(joined.built());
    }

    /** T40: the rendezvous point knows no keys with which it could speak for the client. */
    @Test
    void t40_cellsThatNobodyRecognises_closeAsProtocol() throws Exception {
        Joined joined = join();
        joined.built().relay().sendRaw(CellCommand.RELAY, new byte[509]);
        client.assertClosedAsProtocol(joined.built());
        assertThat(joined.offers().all()).isEmpty();
    }

    /** T40: a rendezvous point that tears down what it has joined. */
    @Test
    void t40_rendezvousPointThatCutsTheCircuit_closesIt() throws Exception {
        Joined joined = join();
        IncomingStream offer = joined.offer(1);
        joined.built().relay().destroy(DestroyReason.FINISHED);
        assertThat(CircuitFixture.closedKind(joined.built().circuit())).isEqualTo(CircuitException.Kind.DESTROYED);
        assertThat(offer.isWaiting()).isFalse();
    }

    // Streams.

    static Stream<RelayMessage> neverOnAStreamOfTheClient() {
        return Stream.of(
                Connected.withoutAddress(),
                Resolved.error(Resolved.ERROR_TRANSIENT),
                new Rendezvous2(KEY),
                Sendme.withoutTag()); // nothing has been sent
    }

    @ParameterizedTest
    @MethodSource("neverOnAStreamOfTheClient")
    void message_thatNoClientSends_closesAsProtocol(RelayMessage message) throws Exception {
        for (int open = 0; open < 3; open++) {
            Joined joined = join();
            if (open == 0) {
                joined.offer(7);
            } else {
                DataStream stream = joined.open(7);
                if (open == 2) {
                    stream.close();
                }
            }
            joined.client().send(7, message);
            client.assertClosedAsProtocol(joined.built());
        }
    }

    static Stream<RelayMessage> ofAStream() {
        return Stream.of(DATA, End.of(EndReason.DONE), Sendme.withoutTag());
    }

    @ParameterizedTest
    @MethodSource("ofAStream")
    void message_onAStreamThatWasNeverAskedFor_closesAsProtocol(RelayMessage message) throws Exception {
        Joined joined = join();
        joined.client().send(8, message);
        client.assertClosedAsProtocol(joined.built());
    }

    @ParameterizedTest
    @MethodSource("ofAStream")
    void message_afterTheClientsOwnEnd_closesAsProtocol(RelayMessage message) throws Exception {
        Joined joined = join();
        joined.open(8);
        joined.client().send(8, End.of(EndReason.DONE));
        joined.client().send(8, message);
        client.assertClosedAsProtocol(joined.built());
    }

    @ParameterizedTest
    @MethodSource("ofAStream")
    void message_ofARelay_onAStreamOfTheClient_closesAsProtocol(RelayMessage message) throws Exception {
        Joined joined = join();
        joined.open(8);
        joined.built().hop(2).send(8, message);
        client.assertClosedAsProtocol(joined.built());
    }

    @Test
    void data_withoutStreamId_closesAsProtocol() throws Exception {
        Joined joined = join();
        joined.client().send(0, DATA);
        client.assertClosedAsProtocol(joined.built());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void data_beyondTheWindowOfAStreamThatWeEnded_closesAsProtocol(boolean wasOpen) throws Exception {
        Joined joined = join();
        if (wasOpen) {
            joined.open(8).close();
        } else {
            joined.offer(8).reject(EndReason.DONE);
        }
        for (int i = 0; i < 501; i++) {
            joined.client().send(8, DATA);
        }
        client.assertClosedAsProtocol(joined.built());
    }

    @Test
    void data_beyondTheWindow_closesAsProtocol() throws Exception {
        Joined joined = join();
        joined.open(8);
        for (int i = 0; i < 751; i++) { // nobody reads, but a stream that is empty is granted more at once
            joined.client().send(8, new Data(Bytes.copyOf(new byte[498])));
        }
        client.assertClosedAsProtocol(joined.built());
    }

    @Test
    void end_withoutReason_closesAsProtocol() throws Exception {
        Joined joined = join();
        joined.open(8);
        joined.client().send(8, RelayCommand.END, Bytes.EMPTY);
        client.assertClosedAsProtocol(joined.built());
    }

    /** Messages that serve nobody are bounded, as on every circuit. */
    @Test
    void resolve_overAndOver_closesAsProtocol() throws Exception {
        Joined joined = join();
        for (int i = 1; i <= 64; i++) {
            joined.client().send(i, new Resolve("a.test"));
        }
        joined.open(1);
        joined.client().send(2, new Resolve("a.test"));
        client.assertClosedAsProtocol(joined.built());
    }

    /** Refused streams whose END is long gone are forgotten, those that ended last are not. */
    @Test
    void refusedStreams_areRememberedUpToABound() throws Exception {
        Joined joined = meeting.join(client.build(1), StreamLimit.refusing(1));
        joined.offer(1);
        int bound = HalfClosedStreams.REMEMBERED + 1;
        for (int id = 2; id < bound + 3; id++) {
            joined.client().send(id, Begin.toService(80));
        }
        joined.client().send(3, DATA); // the first that is remembered
        client.awaitHandled();
        assertThat(joined.built().circuit().isOpen()).isTrue();
        joined.client().send(2, DATA);
        client.assertClosedAsProtocol(joined.built());
    }

    @Test
    void otherCircuit_ofTheSameService_isUnharmed() throws Exception {
        Joined good = join();
        Joined bad = join();
        DataStream stream = good.open(5);
        bad.open(5);
        bad.client().send(5, Begin.toService(80));
        client.assertClosedAsProtocol(bad.built());
        good.client().sendData(5, new byte[] {42});
        byte[] read = new byte[1];
        assertThat(stream.read(read, 0, 1)).isEqualTo(1);
        assertThat(read).containsExactly(42);
    }
}
