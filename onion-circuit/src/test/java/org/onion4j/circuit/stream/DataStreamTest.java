package org.onion4j.circuit.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.circuit.testing.CircuitFixture.get;
import static org.onion4j.circuit.testing.CircuitFixture.streamFailure;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.Resolve;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.ReceivedMessage;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.testing.SeededRandom;

/** Streams from BEGIN to END, in both directions, and look-ups. T71 for what half-close means. */
@Timeout(60)
class DataStreamTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private static final byte[] ADDRESS = {(byte) 192, 0, 2, 1};

    private static Data data(int... bytes) {
        byte[] array = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            array[i] = (byte) bytes[i];
        }
        return new Data(Bytes.copyOf(array));
    }

    private static void assertEnded(StreamException failure, EndReason reason) {
        assertThat(failure.kind()).isEqualTo(StreamException.Kind.ENDED);
        assertThat(failure.end().get().reason()).isEqualTo(reason);
    }

    @Test
    void begin_answeredByConnected_isOpenAndTellsTheAddress() throws Exception {
        Built circuit = client.build(2);
        DataStream stream = circuit.circuit().openStream(Begin.to("Example.COM", 443, 0));
        ReceivedMessage begin = client.relay().awaitMessage();
        assertThat(begin.message()).isEqualTo(Begin.to("example.com", 443, 0));
        assertThat(begin.hop().index()).isEqualTo(1);
        assertThat(stream.connected()).isNotDone();
        InetAddress address = InetAddress.getByAddress(ADDRESS);
        begin.hop().send(begin.streamId(), Connected.to(address, 60));
        assertThat(get(stream.connected())).isEqualTo(Connected.to(address, 60));
        assertThat(stream.isOpen()).isTrue();
        assertThat(circuit.circuit().streamCount()).isEqualTo(1);
    }

    @Test
    void write_beforeConnected_leavesAtOnce() throws Exception {
        Built circuit = client.build(1);
        DataStream stream = circuit.circuit().openStream(Begin.to("a.test", 80, 0));
        stream.write(new byte[] {7, 8}, 0, 2);
        assertThat(client.relay().awaitMessage().message()).isInstanceOf(Begin.class);
        ReceivedMessage early = client.relay().awaitMessage();
        assertThat(early.message()).isEqualTo(data(7, 8));
        assertThat(early.streamId()).isEqualTo(stream.streamId());
        new Stream(client, stream, circuit.last()).connect();
    }

    @Test
    void transfer_beyondAllWindowsInBothDirectionsAtOnce_arrivesWhole() throws Exception {
        Built circuit = client.build(3);
        Stream stream = circuit.open();
        byte[] up = new SeededRandom(1).bytes(1300 * 498 + 17);
        byte[] down = new SeededRandom(2).bytes(1300 * 498 + 29);
        client.relay().run(() -> stream.hop().sendData(stream.id(), down));
        Running<Void> writer = client.run(() -> {
            stream.client().write(up, 0, up.length);
            return null;
        });
        assertThat(stream.read(down.length)).isEqualTo(down);
        get(writer.result());
        ByteArrayOutputStream arrived = new ByteArrayOutputStream();
        while (arrived.size() < up.length) {
            Data data = (Data) circuit.awaitMessage(Data.class, stream.id()).message();
            arrived.writeBytes(data.bytes().toArray());
        }
        assertThat(arrived.toByteArray()).isEqualTo(up);
    }

    /** Proposal 289: a tag that a SENDME must carry can't be foreseen by who knows the data. */
    @Test
    void write_muchData_leavesRoomForRandomPaddingInEveryHundredMessages() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        byte[] bytes = new byte[498 * 400];
        stream.client().write(bytes, 0, bytes.length);
        for (int i = 0; i < 3; i++) {
            int shorter = 0;
            for (int k = 0; k < 100; k++) {
                Data data = (Data) circuit.awaitMessage(Data.class, stream.id()).message();
                shorter += data.bytes().size() < 498 ? 1 : 0;
            }
            assertThat(shorter).as("of a hundred").isEqualTo(1);
        }
    }

    @Test
    void end_withDone_isTheEndOfWhatWasRead() throws Exception {
        Stream stream = client.build(1).open();
        stream.hop().send(stream.id(), data(1, 2, 3));
        stream.hop().send(stream.id(), End.of(EndReason.DONE));
        assertThat(stream.read(3)).containsExactly(1, 2, 3);
        assertThat(stream.client().read(new byte[9], 0, 9)).isEqualTo(-1);
        assertThat(stream.client().read(new byte[9], 0, 9)).isEqualTo(-1);
        get(stream.client().closed());
        assertThat(stream.client().isOpen()).isFalse();
    }

    @Test
    void end_withEachOtherReason_failsReadsAndWritesOnceAllIsRead() throws Exception {
        Built circuit = client.build(1);
        for (int wire : new int[] {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}) {
            EndReason reason = EndReason.ofWire(wire);
            Stream stream = circuit.open();
            stream.hop().send(stream.id(), data(wire));
            stream.hop().send(stream.id(), End.of(reason));
            get(stream.client().closed());
            assertThat(stream.read(1)).containsExactly(wire);
            assertThatThrownBy(() -> stream.client().read(new byte[1], 0, 1))
                    .isInstanceOfSatisfying(StreamException.class, e -> assertEnded(e, reason));
            assertThatThrownBy(() -> stream.client().write(new byte[1], 0, 1))
                    .isInstanceOfSatisfying(StreamException.class, e -> assertEnded(e, reason));
        }
        assertThat(circuit.circuit().isOpen()).isTrue();
        assertThat(circuit.circuit().streamCount()).isZero();
    }

    /** T18 stays with who opens streams: here the address is only told, never used. */
    @Test
    void end_insteadOfConnected_failsTheOpening() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.begin();
        End end = new End(EndReason.EXITPOLICY, Optional.of(InetAddress.getByAddress(ADDRESS)), OptionalLong.of(5));
        stream.hop().send(stream.id(), end);
        StreamException failure = streamFailure(stream.client().connected());
        assertThat(failure.end()).contains(end);
        assertThat(failure.toString()).doesNotContain("192.0.2");
        get(stream.client().closed());
    }

    @Test
    void close_sendsOneEndThatSaysMiscAndNothingElse() throws Exception {
        Built circuit = client.build(2);
        Stream stream = circuit.open();
        stream.client().close();
        stream.client().close();
        stream.client().closeForTimeout();
        assertThat(circuit.circuit().streamCount()).isZero();
        assertThat(circuit.closeAndTakeMessages())
                .extracting(ReceivedMessage::message)
                .containsExactly(End.of(EndReason.MISC));
    }

    @Test
    void close_afterTheFarEndHasEnded_sendsNothing() throws Exception {
        Built circuit = client.build(2);
        Stream stream = circuit.open();
        stream.hop().send(stream.id(), End.of(EndReason.DONE));
        get(stream.client().closed());
        stream.client().close();
        assertThat(circuit.closeAndTakeMessages()).isEmpty();
    }

    @Test
    void closeForTimeout_whileConnecting_tellsWhoWaits() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.begin();
        stream.client().closeForTimeout();
        assertThat(streamFailure(stream.client().connected()).kind()).isEqualTo(StreamException.Kind.TIMEOUT);
        assertThat(circuit.awaitMessage(End.class, stream.id()).message()).isEqualTo(End.of(EndReason.MISC));
    }

    @Test
    void close_lateMessagesOfTheFarEnd_areAcceptedAndDropped() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.begin();
        byte[] bytes = new byte[60 * 498];
        stream.client().write(bytes, 0, bytes.length);
        stream.client().close();
        circuit.awaitMessage(End.class, stream.id()); // the relay's SENDME is out before its END
        stream.hop().send(stream.id(), Connected.to(InetAddress.getByAddress(ADDRESS), 60));
        for (int i = 0; i < 500; i++) {
            stream.hop().send(stream.id(), data(i));
        }
        stream.hop().send(stream.id(), End.of(EndReason.DONE));
        client.awaitHandled();
        assertThat(circuit.circuit().isOpen()).isTrue();
        assertThat(stream.client().available()).isZero();
        circuit.open();
    }

    @Test
    void shutdownInput_dropsWhatComesAndKeepsTheFarEndGoing() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        stream.hop().send(stream.id(), data(1));
        stream.client().shutdownInput();
        stream.client().shutdownInput();
        assertThat(stream.client().read(new byte[1], 0, 1)).isEqualTo(-1);
        Running<Void> sender = client.run(() -> {
            stream.hop().sendData(stream.id(), new byte[1200 * 498]); // twice what fits the windows
            return null;
        });
        get(sender.result());
        client.awaitHandled();
        assertThat(stream.client().available()).isZero();
        stream.client().write(new byte[] {5}, 0, 1);
        assertThat(circuit.awaitMessage(Data.class, stream.id()).message()).isEqualTo(data(5));
    }

    @Test
    void shutdownInput_wakesABlockedReader() throws Exception {
        Stream stream = client.build(1).open();
        Running<Integer> reader = client.run(() -> stream.client().read(new byte[1], 0, 1));
        reader.awaitBlocked();
        stream.client().shutdownInput();
        assertThat(get(reader.result())).isEqualTo(-1);
    }

    @Test
    void circuitCloses_readersAndWritersLearnTheCause() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        stream.hop().send(stream.id(), data(9));
        client.awaitHandled();
        circuit.circuit().close();
        assertThat(stream.read(1)).containsExactly(9);
        assertThatThrownBy(() -> stream.client().read(new byte[1], 0, 1))
                .isInstanceOf(StreamException.class)
                .cause()
                .isInstanceOf(CircuitException.class);
        assertThatThrownBy(() -> stream.client().write(new byte[1], 0, 1))
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.kind()).isEqualTo(StreamException.Kind.CIRCUIT));
    }

    @Test
    void directory_connectedOfAnyContent_isOpen() throws Exception {
        Built circuit = client.fast();
        for (byte[] content : List.of(new byte[0], new byte[] {1}, new byte[25])) {
            DataStream stream = circuit.circuit().openDirectory();
            ReceivedMessage begin = client.relay().awaitMessage(BeginDir.class);
            begin.hop().send(begin.streamId(), RelayCommand.CONNECTED, Bytes.copyOf(content));
            assertThat(get(stream.connected()).address()).isEmpty();
        }
        DataStream closed = circuit.circuit().openDirectory();
        ReceivedMessage begin = client.relay().awaitMessage(BeginDir.class);
        closed.close();
        begin.hop().send(begin.streamId(), RelayCommand.CONNECTED, Bytes.copyOf(new byte[] {1, 2}));
        client.awaitHandled();
        assertThat(circuit.circuit().isOpen()).isTrue();
    }

    @Test
    void resolve_answeredByResolved_givesTheAnswers() throws Exception {
        Built circuit = client.build(2);
        CompletableFuture<Resolved> answer = circuit.circuit().resolve(new Resolve("example.com"));
        ReceivedMessage question = client.relay().awaitMessage();
        assertThat(question.message()).isEqualTo(new Resolve("example.com"));
        assertThat(circuit.circuit().streamCount()).isEqualTo(1);
        Resolved resolved = new Resolved(ImmutableList.of(Resolved.Answer.of(InetAddress.getByAddress(ADDRESS), 60)));
        question.hop().send(question.streamId(), resolved);
        assertThat(get(answer)).isEqualTo(resolved);
        assertThat(circuit.circuit().streamCount()).isZero();
    }

    @Test
    void resolve_answeredByEnd_failsWithItsReason() throws Exception {
        Built circuit = client.build(1);
        CompletableFuture<Resolved> answer = circuit.circuit().resolve(new Resolve("example.com"));
        ReceivedMessage question = client.relay().awaitMessage();
        question.hop().send(question.streamId(), End.of(EndReason.RESOLVEFAILED));
        assertEnded(streamFailure(answer), EndReason.RESOLVEFAILED);
    }

    @Test
    void resolve_cancelled_itsAnswerIsDroppedAndASecondOneIsNot() throws Exception {
        Built circuit = client.build(1);
        CompletableFuture<Resolved> answer = circuit.circuit().resolve(new Resolve("example.com"));
        ReceivedMessage question = client.relay().awaitMessage();
        answer.cancel(false);
        assertThat(circuit.circuit().streamCount()).isZero();
        question.hop().send(question.streamId(), Resolved.error(Resolved.ERROR_TRANSIENT));
        client.awaitHandled();
        assertThat(circuit.circuit().isOpen()).isTrue();
        question.hop().send(question.streamId(), Resolved.error(Resolved.ERROR_TRANSIENT));
        client.assertClosedAsProtocol(circuit);
    }

    @Test
    void resolve_circuitCloses_fails() throws Exception {
        Built circuit = client.build(1);
        CompletableFuture<Resolved> answer = circuit.circuit().resolve(new Resolve("example.com"));
        circuit.circuit().close();
        assertThat(streamFailure(answer).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
    }

    @Test
    void streamIds_openEndedAndHalfClosed_areUniqueAndNeverZero() throws Exception {
        Built circuit = client.build(1);
        Set<Integer> inUse = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            DataStream stream = circuit.circuit().openStream(Begin.to("a.test", 80, 0));
            assertThat(stream.streamId()).isBetween(1, 65535);
            assertThat(inUse.add(stream.streamId())).isTrue();
            if (i % 2 == 0) {
                stream.close(); // the far end may still speak of it
            }
        }
        assertThat(circuit.circuit().streamCount()).isEqualTo(200);
    }

    @Test
    void grants_readInSmallPieces_followTheReader() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        byte[] down = new SeededRandom(3).bytes(700 * 498);
        client.relay().run(() -> stream.hop().sendData(stream.id(), down));
        byte[] read = new byte[down.length];
        int done = 0;
        while (done < read.length) {
            done += stream.client().read(read, done, Math.min(333, read.length - done));
        }
        assertThat(Arrays.equals(read, down)).isTrue();
    }
}
