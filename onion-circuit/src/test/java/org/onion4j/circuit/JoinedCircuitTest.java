package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.EstablishRendezvous;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.circuit.message.Rendezvous1;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.Meeting;
import org.onion4j.circuit.testing.Meeting.Joined;
import org.onion4j.circuit.testing.ReceivedMessage;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.ServerReply;

/** Circuits of an onion service that have joined a client: the streams that the client opens. */
@Timeout(60)
class JoinedCircuitTest {
    private static final StreamLimit LIMIT = StreamLimit.refusing(100);

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private final Meeting meeting = new Meeting(client.random());

    private Joined join() throws Exception {
        return join(LIMIT);
    }

    private Joined join(StreamLimit limit) throws Exception {
        return meeting.join(client.build(3), limit);
    }

    private static void awaitEnd(Joined joined, int streamId, EndReason reason) throws Exception {
        ReceivedMessage end = joined.built().awaitMessage(End.class, streamId);
        assertThat(end.hop()).isSameAs(joined.client());
        assertThat(end.message()).isEqualTo(End.of(reason));
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251 + seed);
        }
        return bytes;
    }

    private static byte[] read(DataStream stream, int length) throws Exception {
        byte[] read = new byte[length];
        for (int at = 0; at < length; ) {
            int count = stream.read(read, at, length - at);
            assertThat(count).isPositive();
            at += count;
        }
        return read;
    }

    // Joining.

    /** What goes to the rendezvous point has the size that services of all versions gave it. */
    @Test
    void join_sendsRendezvous1OfOneSize_andAddsTheClient() throws Exception {
        Built built = client.build(3);
        ServerReply answer = meeting.answer(meeting.handshake());
        built.circuit().join(Meeting.COOKIE, answer, stream -> {}, LIMIT);
        Rendezvous1 message =
                (Rendezvous1) built.awaitMessage(Rendezvous1.class, 0).message();
        assertThat(message.cookie().size() + message.handshakeInfo().size()).isEqualTo(168);
        assertThat(built.circuit().length()).isEqualTo(4);
        assertThatThrownBy(() -> answer.keys().next(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void join_closedCircuit_failsAndWipesTheKeys() throws Exception {
        Built built = client.build(1);
        built.circuit().close();
        ServerReply answer = meeting.answer(meeting.handshake());
        assertThatExceptionOfType(CircuitException.class)
                .isThrownBy(() -> built.circuit().join(Meeting.COOKIE, answer, stream -> {}, LIMIT))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(CircuitException.Kind.CLOSED));
        assertThatThrownBy(() -> answer.keys().next(1)).isInstanceOf(IllegalStateException.class);
    }

    /** The client is a hop of which nothing can be asked. */
    @Test
    void joined_nothingElseCanBeDone() throws Exception {
        Circuit circuit = join().built().circuit();
        ServerReply answer = meeting.answer(meeting.handshake());
        assertThatIllegalStateException().isThrownBy(() -> circuit.openStream(Begin.toService(80)));
        assertThatIllegalStateException().isThrownBy(circuit::openDirectory);
        assertThatIllegalStateException().isThrownBy(() -> circuit.resolve(new Resolve("a.test")));
        assertThatIllegalStateException().isThrownBy(() -> circuit.extend(client.target(0, HopTarget.Handshake.NTOR)));
        assertThatIllegalStateException().isThrownBy(() -> circuit.meet(meeting.handshake()));
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        circuit.ask(new EstablishRendezvous(Meeting.COOKIE), RelayCommand.RENDEZVOUS_ESTABLISHED));
        assertThatIllegalStateException().isThrownBy(() -> circuit.join(Meeting.COOKIE, answer, stream -> {}, LIMIT));
        assertThat(circuit.isOpen()).isTrue();
    }

    // Accepting and refusing.

    @Test
    void accept_dataGoesBothWaysAtOnce() throws Exception {
        Joined joined = join();
        IncomingStream offer = joined.offer(513);
        assertThat(offer.begin()).isEqualTo(Begin.toService(80));
        assertThat(offer.circuit()).isSameAs(joined.built().circuit());
        assertThat(offer.isWaiting()).isTrue();
        DataStream stream = offer.accept();
        assertThat(offer.isWaiting()).isFalse();
        assertThat(offer.accept()).isSameAs(stream);
        assertThat(get(stream.connected())).isEqualTo(Connected.withoutAddress());
        ReceivedMessage connected = joined.built().awaitMessage(Connected.class, 513);
        assertThat(connected.message()).isEqualTo(Connected.withoutAddress());

        byte[] up = bytes(600_000, 1);
        byte[] down = bytes(600_000, 2);
        Running<Void> sending = client.run(() -> {
            joined.client().sendData(513, up);
            return null;
        });
        Running<Void> writing = client.run(() -> {
            stream.write(down, 0, down.length);
            return null;
        });
        Running<byte[]> reading = client.run(() -> read(stream, up.length));
        Running<byte[]> receiving = client.run(() -> {
            byte[] received = new byte[down.length];
            for (int at = 0; at < received.length; ) {
                Data data = (Data) joined.built().awaitMessage(Data.class, 513).message();
                data.bytes().copyTo(received, at);
                at += data.bytes().size();
            }
            return received;
        });
        assertThat(get(receiving.result())).isEqualTo(down);
        assertThat(get(reading.result())).isEqualTo(up);
        get(writing.result());
        get(sending.result());
        stream.close();
        awaitEnd(joined, 513, EndReason.DONE);
    }

    @Test
    void accept_later_byAnotherThread_isAsGood() throws Exception {
        Joined joined = join();
        IncomingStream first = joined.offer(1);
        DataStream second = joined.open(2); // nobody waits for the first
        joined.client().sendData(2, bytes(5000, 3));
        assertThat(read(second, 5000)).isEqualTo(bytes(5000, 3));
        DataStream stream = get(client.run(first::accept).result());
        joined.built().awaitMessage(Connected.class, 1);
        stream.write(bytes(10, 0), 0, 10);
        assertThat(joined.built().awaitMessage(Data.class, 1).message())
                .isEqualTo(new Data(Bytes.copyOf(bytes(10, 0))));
    }

    @Test
    void accept_withinOnBegin_works() throws Exception {
        AtomicReference<DataStream> accepted = new AtomicReference<>();
        Joined joined = meeting.join(client.build(1), LIMIT, stream -> accepted.set(stream.accept()));
        joined.client().send(9, Begin.toService(22));
        joined.built().awaitMessage(Connected.class, 9);
        joined.client().sendData(9, new byte[] {5});
        assertThat(read(accepted.get(), 1)).containsExactly(5);
    }

    @Test
    void reject_saysWhy_once() throws Exception {
        Joined joined = join();
        IncomingStream offer = joined.offer(7);
        offer.reject(EndReason.CONNECTREFUSED);
        awaitEnd(joined, 7, EndReason.CONNECTREFUSED);
        assertThat(offer.isWaiting()).isFalse();
        assertThat(joined.built().circuit().streamCount()).isZero();
        offer.reject(EndReason.MISC);
        DataStream stream = offer.accept();
        assertThat(stream.isOpen()).isFalse();
        assertThatExceptionOfType(StreamException.class)
                .isThrownBy(() -> stream.read(new byte[1], 0, 1))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StreamException.Kind.CLOSED));
        assertThat(joined.built().closeAndTakeMessages()).isEmpty();
    }

    @Test
    void reject_afterAccept_hasNoEffect() throws Exception {
        Joined joined = join();
        IncomingStream offer = joined.offer(7);
        DataStream stream = offer.accept();
        offer.reject(EndReason.MISC);
        assertThat(stream.isOpen()).isTrue();
    }

    @Test
    void onBegin_thatFails_refusesTheStream() throws Exception {
        Joined joined = meeting.join(client.build(1), LIMIT, stream -> {
            throw new IllegalStateException("an acceptor's mistake");
        });
        joined.client().send(9, Begin.toService(22));
        awaitEnd(joined, 9, EndReason.INTERNAL);
        assertThat(joined.built().circuit().isOpen()).isTrue();
        client.awaitHandled();
        assertThat(client.takeLog()).contains("the acceptor of a stream failed").doesNotContain("mistake");
    }

    // What the client sends before there is an answer.

    /** Keeps apart what a stream is granted before and after its CONNECTED, as it was sent. */
    private static final class Grants implements RelayScript {
        private final ScriptedHop hop;
        private final int streamId;
        private boolean connected; // the link's thread alone
        private final AtomicInteger before = new AtomicInteger();
        private final AtomicInteger after = new AtomicInteger();

        Grants(ScriptedHop hop, int streamId) {
            this.hop = hop;
            this.streamId = streamId;
        }

        @Override
        public void onMessage(ScriptedHop from, int id, RelayMessage message) throws Exception {
            connected |= message instanceof Connected && id == streamId;
            RelayScript.super.onMessage(from, id, message);
        }

        @Override
        public void onSendme(ScriptedHop from, int id, Sendme sendme) throws Exception {
            if (from == hop && id == streamId) {
                (connected ? after : before).incrementAndGet();
            }
            RelayScript.super.onSendme(from, id, sendme);
        }
    }

    @Test
    void data_beforeTheAnswer_isKept_andGrantsComeAfterConnected() throws Exception {
        Joined joined = join();
        Grants grants = new Grants(joined.client(), 4);
        client.script(grants);
        IncomingStream offer = joined.offer(4);
        byte[] early = bytes(498 * 500, 4);
        joined.client().sendData(4, early); // all of the window
        client.awaitHandled();
        DataStream stream = offer.accept();
        joined.built().awaitMessage(Connected.class, 4);
        Running<byte[]> reading = client.run(() -> read(stream, 2 * early.length));
        joined.client().sendData(4, early); // only if there are grants for as much
        byte[] all = get(reading.result());
        assertThat(Arrays.copyOf(all, early.length)).isEqualTo(early);
        assertThat(Arrays.copyOfRange(all, early.length, all.length)).isEqualTo(early);
        assertThat(grants.before.get()).isZero();
        assertThat(grants.after.get()).isPositive();
    }

    @Test
    void data_beforeTheAnswer_beyondTheWindow_closesAsProtocol() throws Exception {
        Joined joined = join();
        joined.offer(4);
        for (int i = 0; i < 501; i++) {
            joined.client().send(4, new Data(Bytes.copyOf((byte) i)));
        }
        client.assertClosedAsProtocol(joined.built());
    }

    @Test
    void end_beforeTheAnswer_leavesWhatHasCome() throws Exception {
        Joined joined = join();
        IncomingStream offer = joined.offer(4);
        joined.client().sendData(4, bytes(3, 4));
        joined.client().send(4, End.of(EndReason.DONE));
        client.awaitHandled();
        assertThat(offer.isWaiting()).isFalse();
        assertThat(joined.built().circuit().streamCount()).isZero();
        DataStream stream = offer.accept();
        assertThat(read(stream, 3)).isEqualTo(bytes(3, 4));
        assertThat(stream.read(new byte[1], 0, 1)).isEqualTo(-1);
        assertThat(joined.built().closeAndTakeMessages()).isEmpty();
    }

    @Test
    void data_onAStreamThatIsRefused_isPassedOver() throws Exception {
        Joined joined = join();
        joined.offer(4).reject(EndReason.DONE);
        joined.client().sendData(4, bytes(498 * 500, 4));
        joined.client().send(4, End.of(EndReason.MISC));
        client.awaitHandled();
        assertThat(joined.built().circuit().isOpen()).isTrue();
    }

    // How streams end.

    @Test
    void close_saysDone_andOtherwiseWhatTheServiceSays() throws Exception {
        Joined joined = join();
        joined.open(1).close();
        awaitEnd(joined, 1, EndReason.DONE);
        joined.open(2).close(EndReason.CONNRESET);
        awaitEnd(joined, 2, EndReason.CONNRESET);
        CircuitFixture.Stream ours = client.build(1).open();
        assertThatIllegalStateException().isThrownBy(() -> ours.client().close(EndReason.DONE));
        assertThat(ours.client().isOpen()).isTrue();
    }

    @Test
    void end_ofTheClient_endsTheStreamAndFreesTheId() throws Exception {
        Joined joined = join();
        for (int i = 0; i < 3; i++) {
            DataStream stream = joined.open(1);
            joined.client().sendData(1, bytes(10, i));
            joined.client().send(1, End.of(i == 2 ? EndReason.MISC : EndReason.DONE));
            assertThat(read(stream, 10)).isEqualTo(bytes(10, i));
            if (i < 2) {
                assertThat(stream.read(new byte[1], 0, 1)).isEqualTo(-1);
            } else {
                assertThatExceptionOfType(StreamException.class).isThrownBy(() -> stream.read(new byte[1], 0, 1));
            }
            stream.close();
        }
        assertThat(joined.built().closeAndTakeMessages()).isEmpty(); // no END for an END
    }

    /** The client may take an ID again once it has heard of our END; only its BEGIN tells. */
    @Test
    void id_ofAStreamThatWeEnded_canBeTakenAgain() throws Exception {
        Joined joined = join();
        for (int i = 0; i < 3; i++) {
            DataStream stream = joined.open(1);
            joined.client().sendData(1, bytes(10, i));
            assertThat(read(stream, 10)).isEqualTo(bytes(10, i));
            stream.close();
            awaitEnd(joined, 1, EndReason.DONE);
        }
        assertThat(joined.built().circuit().isOpen()).isTrue();
    }

    @Test
    void circuitCloses_allStreamsHearOfIt() throws Exception {
        Joined joined = join();
        DataStream open = joined.open(1);
        IncomingStream offer = joined.offer(2);
        joined.built().circuit().close();
        get(open.closed());
        assertThat(offer.isWaiting()).isFalse();
        offer.reject(EndReason.MISC);
        DataStream late = offer.accept();
        assertThatExceptionOfType(StreamException.class)
                .isThrownBy(() -> late.write(new byte[1], 0, 1))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(StreamException.Kind.CIRCUIT));
    }

    // Requests that a service does not grant.

    @Test
    void beginDir_isNoDirectory() throws Exception {
        Joined joined = join();
        joined.client().send(3, new BeginDir());
        awaitEnd(joined, 3, EndReason.NOTDIRECTORY);
        joined.open(4);
        assertThat(joined.offers().all()).isEmpty();
    }

    @Test
    void t54_begin_malformed_isRefused_andTheCircuitGoesOn() throws Exception {
        Joined joined = join();
        joined.client().send(3, RelayCommand.BEGIN, Bytes.fromHex("3a3830")); // no NUL
        awaitEnd(joined, 3, EndReason.TORPROTOCOL);
        joined.client().send(5, RelayCommand.BEGIN, Bytes.EMPTY);
        awaitEnd(joined, 5, EndReason.TORPROTOCOL);
        joined.open(4);
    }

    @Test
    void begin_withAnAddress_isTaken() throws Exception {
        Joined joined = join();
        Begin begin = new Begin("example.com", 8080, Begin.IPV6_OK);
        joined.client().send(3, begin);
        assertThat(joined.offers().next().begin()).isEqualTo(begin);
    }

    @Test
    void resolve_isPassedOver() throws Exception {
        Joined joined = join();
        joined.client().send(3, new Resolve("example.com"));
        joined.open(3);
        assertThat(joined.offers().all()).isEmpty();
        assertThat(joined.built().closeAndTakeMessages()).isEmpty();
    }

    // The limit.

    @Test
    void t55_limit_oneMore_isRefused_andOnceAnotherEndsTaken() throws Exception {
        Joined joined = join(StreamLimit.refusing(2));
        DataStream first = joined.open(1);
        joined.offer(2); // those that wait count, too
        joined.client().send(3, Begin.toService(80));
        awaitEnd(joined, 3, EndReason.DONE);
        assertThat(joined.offers().all()).isEmpty();
        joined.client().sendData(3, new byte[1000]); // it could not know
        first.close();
        joined.open(3);
        assertThat(joined.built().circuit().streamCount()).isEqualTo(2);
    }

    @Test
    void t55_limit_oneMore_closesTheCircuit_whereThatIsWanted() throws Exception {
        Joined joined = join(new StreamLimit(2, StreamLimit.Excess.CLOSE_CIRCUIT));
        DataStream first = joined.open(1);
        joined.offer(2);
        joined.client().send(3, Begin.toService(80));
        CircuitException why = get(joined.built().circuit().closed());
        assertThat(why.kind()).isEqualTo(CircuitException.Kind.CLOSED);
        assertThat(why.reason()).isEqualTo(Optional.empty());
        get(first.closed());
        client.awaitDestroy(joined.built());
    }
}
