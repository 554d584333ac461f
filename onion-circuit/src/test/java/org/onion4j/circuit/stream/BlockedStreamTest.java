package org.onion4j.circuit.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.failure;
import static org.onion4j.circuit.testing.CircuitFixture.get;
import static org.onion4j.circuit.testing.CircuitFixture.streamFailure;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.circuit.CircuitParameters;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.ReceivedMessage;

/** Threads that wait in a stream, and what wakes them. T22 (a far end that grants nothing), T71, T82. */
@Timeout(60)
class BlockedStreamTest {
    private static final int STREAM_WINDOW = 500;
    /** What may wait for a reader: a window is granted anew as long as half a window waits at most. */
    private static final int MOST_BUFFERED = 750;

    private static final int CIRCUIT_WINDOW = 1000;
    private static final int DATA_LEN = 498;

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    /** What happens while a thread waits, and how the stream then failed. */
    enum Cause {
        CLOSE(StreamException.Kind.CLOSED),
        CIRCUIT_CLOSE(StreamException.Kind.CIRCUIT),
        DESTROY(StreamException.Kind.CIRCUIT),
        END(StreamException.Kind.ENDED);

        private final StreamException.Kind kind;

        Cause(StreamException.Kind kind) {
            this.kind = kind;
        }

        void happen(Built circuit, Stream stream) throws Exception {
            switch (this) {
                case CLOSE -> stream.client().close();
                case CIRCUIT_CLOSE -> circuit.circuit().close();
                case DESTROY -> circuit.relay().destroy(DestroyReason.FINISHED);
                case END -> stream.hop().send(stream.id(), End.of(EndReason.CONNRESET));
            }
        }
    }

    private static Running<Void> write(Stream stream, int messages) {
        return client.run(() -> {
            stream.client().write(new byte[messages * DATA_LEN], 0, messages * DATA_LEN);
            return null;
        });
    }

    private static Running<Integer> read(Stream stream) {
        return client.run(() -> stream.client().read(new byte[1], 0, 1));
    }

    /** A circuit whose far end never opens a window again. */
    private static Built silent(CircuitParameters parameters) throws Exception {
        Built circuit = client.fast(parameters);
        circuit.last().acknowledge(false);
        return circuit;
    }

    private static int awaitData(int messages) throws Exception {
        int bytes = 0;
        for (int i = 0; i < messages; i++) {
            Data data = (Data) client.relay().awaitMessage(Data.class).message();
            bytes += data.bytes().size();
        }
        return bytes;
    }

    private static long count(List<ReceivedMessage> messages, Class<?> type) {
        return messages.stream().filter(m -> type.isInstance(m.message())).count();
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void t71_writerOutOfWindow_isWokenBy(Cause cause) throws Exception {
        Built circuit = silent(CircuitParameters.DEFAULT);
        Stream stream = circuit.open();
        Running<Void> writer = write(stream, STREAM_WINDOW + 10);
        awaitData(STREAM_WINDOW);
        writer.awaitBlocked();
        cause.happen(circuit, stream);
        assertThat(streamFailure(writer.result()).kind()).isEqualTo(cause.kind);
        if (cause == Cause.CLOSE) {
            List<ReceivedMessage> rest = circuit.closeAndTakeMessages();
            assertThat(rest).hasSize(1);
            assertThat(rest.get(0).message()).isEqualTo(End.of(EndReason.MISC));
        }
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void t71_readerWithoutData_isWokenBy(Cause cause) throws Exception {
        Built circuit = client.fast();
        Stream stream = circuit.open();
        Running<Integer> reader = read(stream);
        reader.awaitBlocked();
        cause.happen(circuit, stream);
        assertThat(streamFailure(reader.result()).kind()).isEqualTo(cause.kind);
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void t71_opening_isEndedBy(Cause cause) throws Exception {
        Built circuit = client.fast();
        Stream stream = circuit.begin();
        Running<Integer> reader = read(stream);
        reader.awaitBlocked();
        cause.happen(circuit, stream);
        assertThat(streamFailure(stream.client().connected()).kind()).isEqualTo(cause.kind);
        assertThat(streamFailure(reader.result()).kind()).isEqualTo(cause.kind);
        get(stream.client().closed());
    }

    @Test
    void t71_readerAndWriterBlocked_closeWakesBothAndSendsOneEnd() throws Exception {
        Built circuit = silent(CircuitParameters.DEFAULT);
        Stream stream = circuit.open();
        Running<Void> writer = write(stream, STREAM_WINDOW + 1);
        Running<Integer> reader = read(stream);
        awaitData(STREAM_WINDOW);
        writer.awaitBlocked();
        reader.awaitBlocked();
        Running<Void> closer = client.run(() -> {
            stream.client().close();
            return null;
        });
        stream.client().close();
        get(closer.result());
        assertThat(streamFailure(writer.result()).kind()).isEqualTo(StreamException.Kind.CLOSED);
        assertThat(streamFailure(reader.result()).kind()).isEqualTo(StreamException.Kind.CLOSED);
        assertThat(count(circuit.closeAndTakeMessages(), End.class)).isEqualTo(1);
    }

    @Test
    void t71_writerInterrupted_tellsWhatWasSentAndTheStreamGoesOn() throws Exception {
        Built circuit = silent(CircuitParameters.DEFAULT);
        Stream stream = circuit.open();
        Running<Void> writer = write(stream, STREAM_WINDOW + 10);
        int arrived = awaitData(STREAM_WINDOW);
        writer.awaitBlocked();
        writer.thread().interrupt();
        Throwable failure = failure(writer.result());
        assertThat(failure)
                .isInstanceOfSatisfying(
                        InterruptedIOException.class,
                        e -> assertThat(e.bytesTransferred).isEqualTo(arrived));
        assertThat(stream.client().isOpen()).isTrue();
        stream.hop().sendData(stream.id(), new byte[] {1});
        assertThat(stream.read(1)).containsExactly(1);
    }

    @Test
    void t71_readerInterrupted_theStreamGoesOn() throws Exception {
        Built circuit = client.fast();
        Stream stream = circuit.open();
        Running<Integer> reader = read(stream);
        reader.awaitBlocked();
        reader.thread().interrupt();
        assertThat(failure(reader.result())).isInstanceOf(InterruptedIOException.class);
        stream.hop().sendData(stream.id(), new byte[] {1});
        assertThat(stream.read(1)).containsExactly(1);
    }

    @Test
    void t71_timeouts_failTheCallAlone() throws Exception {
        Built circuit = silent(CircuitParameters.DEFAULT);
        Stream stream = circuit.open();
        stream.client().setReadTimeoutNanos(TimeUnit.MILLISECONDS.toNanos(1));
        stream.client().setWriteTimeoutNanos(TimeUnit.MILLISECONDS.toNanos(200));
        assertThat(streamFailure(read(stream).result()).kind()).isEqualTo(StreamException.Kind.TIMEOUT);
        assertThat(streamFailure(write(stream, STREAM_WINDOW + 1).result()).kind())
                .isEqualTo(StreamException.Kind.TIMEOUT);
        assertThat(stream.client().isOpen()).isTrue();
        stream.hop().sendData(stream.id(), new byte[] {1});
        client.awaitHandled();
        assertThat(stream.read(1)).containsExactly(1);
    }

    @Test
    void windows_noSendmeEver_boundWhatIsSentByStreamAndByCircuit() throws Exception {
        Built circuit = silent(CircuitParameters.DEFAULT);
        List<Stream> streams = List.of(circuit.open(), circuit.open(), circuit.open());
        List<Running<Void>> writers =
                streams.stream().map(s -> write(s, STREAM_WINDOW + 1)).toList();
        awaitData(CIRCUIT_WINDOW);
        for (Running<Void> writer : writers) {
            writer.awaitBlocked();
        }
        assertThat(count(circuit.closeAndTakeMessages(), Data.class)).isZero();
        for (Running<Void> writer : writers) {
            assertThat(streamFailure(writer.result()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        }
    }

    @Test
    void windows_ofTheConsensus_boundTheCircuit() throws Exception {
        Built circuit = silent(new CircuitParameters(100));
        Stream stream = circuit.open();
        Running<Void> writer = write(stream, STREAM_WINDOW);
        awaitData(100);
        writer.awaitBlocked();
        assertThat(count(circuit.closeAndTakeMessages(), Data.class)).isZero();
        assertThat(streamFailure(writer.result()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
    }

    /** Circuit windows go on while streams are unread, so what waits is bounded by the streams' grants alone. */
    @Test
    void t82_manyUnreadStreams_holdABoundedAmountEachAndHarmNobody() throws Exception {
        Built circuit = client.build(2);
        List<Stream> unread = new ArrayList<>();
        List<Running<Void>> senders = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Stream stream = circuit.open();
            unread.add(stream);
            senders.add(client.run(() -> {
                stream.hop().sendData(stream.id(), new byte[(MOST_BUFFERED + 20) * DATA_LEN]);
                return null;
            }));
        }
        for (Running<Void> sender : senders) {
            sender.awaitBlocked();
        }
        Stream fresh = circuit.open();
        fresh.hop().sendData(fresh.id(), new byte[] {1, 2, 3});
        assertThat(fresh.read(3)).containsExactly(1, 2, 3);
        awaitAvailable(unread, MOST_BUFFERED * DATA_LEN);
        for (Stream stream : unread) {
            assertThat(stream.read((MOST_BUFFERED + 20) * DATA_LEN)).containsOnly(0);
        }
        for (Running<Void> sender : senders) {
            get(sender.result());
        }
    }

    private static void awaitAvailable(List<Stream> streams, int bytes) throws Exception {
        for (Stream stream : streams) {
            while (stream.client().available() < bytes) {
                client.awaitHandled();
            }
        }
        client.awaitHandled();
        assertThat(streams).allSatisfy(s -> assertThat(s.client().available()).isEqualTo(bytes));
    }
}
