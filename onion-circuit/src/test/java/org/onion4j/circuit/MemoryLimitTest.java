package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.runtime.MemoryQuota;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.ClientGoneException;
import org.onion4j.crypto.bytes.Bytes;

/** T82: what far ends send and nobody reads is bounded over all streams together. */
@Timeout(60)
class MemoryLimitTest {
    private static final int MEMORY_BYTES = 2 * 1024 * 1024;
    private static final int WINDOW = 500;
    private static final Data FULL = new Data(Bytes.copyOf(filled()));

    @RegisterExtension
    final CircuitFixture client = new CircuitFixture().memory(MEMORY_BYTES);

    private static byte[] filled() {
        byte[] bytes = new byte[498];
        Arrays.fill(bytes, (byte) 9);
        return bytes;
    }

    private MemoryQuota memory() {
        return client.channel().memory();
    }

    /** A stream on a circuit of its own, with as many messages unread as a window allows. */
    private Stream unread(Built circuit) throws Exception {
        Stream stream = circuit.open();
        for (int i = 0; i < WINDOW; i++) {
            stream.hop().send(stream.id(), FULL);
        }
        client.awaitHandled();
        return stream;
    }

    @Test
    void t82_beyondTheQuota_theCircuitWithTheOldestDataCloses() throws Exception {
        List<Built> circuits = new ArrayList<>();
        List<Stream> streams = new ArrayList<>();
        while (circuits.isEmpty() || circuits.get(0).circuit().isOpen()) {
            assertThat(circuits.size()).isLessThan(12);
            circuits.add(client.fast());
            streams.add(unread(circuits.get(circuits.size() - 1)));
        }
        assertThat(get(circuits.get(0).circuit().closed()).kind()).isEqualTo(CircuitException.Kind.MEMORY);
        client.awaitDestroy(circuits.get(0));
        assertThatThrownBy(() -> streams.get(0).client().read(new byte[1], 0, 1))
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.kind()).isEqualTo(StreamException.Kind.CIRCUIT));
        assertThat(memory().heldBytes()).isLessThanOrEqualTo(MEMORY_BYTES);
        int gone = 1; // more of the oldest, where the memory was looked after late
        while (!circuits.get(gone).circuit().isOpen()) {
            gone++;
        }
        assertThat(gone).isLessThan(circuits.size() - MEMORY_BYTES / (2 * WINDOW * 498));
        for (int i = gone; i < circuits.size(); i++) {
            assertThat(circuits.get(i).circuit().isOpen()).isTrue();
            assertThat(streams.get(i).read(WINDOW * 498)).containsOnly(9);
            streams.get(i).client().close();
        }
        assertThat(client.channel().isOpen()).isTrue();
        Stream fresh = client.fast().open();
        fresh.hop().send(fresh.id(), FULL);
        assertThat(fresh.read(498)).containsOnly(9);
    }

    @Test
    void t82_manyUnreadStreamsAtFullRate_harmNobodyElse() throws Exception {
        List<Built> circuits = new ArrayList<>();
        List<List<Stream>> streams = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Built circuit = client.fast();
            List<Stream> ten = new ArrayList<>();
            for (int j = 0; j < 10; j++) {
                ten.add(circuit.open());
            }
            circuits.add(circuit);
            streams.add(ten);
        }
        List<Running<Void>> senders = new ArrayList<>();
        for (List<Stream> ten : streams) {
            senders.add(client.run(() -> {
                try {
                    for (int message = 0; message < WINDOW; message++) {
                        for (Stream stream : ten) {
                            stream.hop().send(stream.id(), FULL);
                        }
                    }
                } catch (ClientGoneException e) {
                    return null; // its circuit had to go
                }
                return null;
            }));
        }
        for (Running<Void> sender : senders) {
            get(sender.result());
        }
        client.awaitHandled();
        int closed = 0;
        for (Built circuit : circuits) {
            if (!circuit.circuit().isOpen()) {
                closed++;
                assertThat(get(circuit.circuit().closed()).kind()).isEqualTo(CircuitException.Kind.MEMORY);
            }
        }
        assertThat(closed).isPositive();
        assertThat(client.channel().isOpen()).isTrue();
        Stream fresh = client.fast().open();
        byte[] bytes = new byte[400_000];
        Running<Void> sender = client.run(() -> {
            fresh.hop().sendData(fresh.id(), bytes);
            return null;
        });
        assertThat(fresh.read(bytes.length)).containsOnly(0);
        get(sender.result());
        streams.forEach(ten -> ten.forEach(stream -> stream.client().close()));
        client.fast();
    }

    @Test
    void t82_dataOfAnEndedStream_goesWithoutItsCircuit() throws Exception {
        Built ended = client.fast();
        Stream left = unread(ended);
        left.hop().send(left.id(), End.of(EndReason.DONE));
        get(left.client().closed());
        Stream other = ended.open();
        for (int i = 0; i < 12 && left.client().available() > 0; i++) {
            unread(client.fast());
        }
        assertThat(left.client().available()).isZero();
        assertThatThrownBy(() -> left.client().read(new byte[1], 0, 1)).isInstanceOf(StreamException.class);
        assertThat(ended.circuit().isOpen()).isTrue();
        other.hop().send(other.id(), FULL);
        assertThat(other.read(498)).containsOnly(9);
    }

    /** Nobody can read it any more, so it would be held until memory is short. */
    @Test
    void t82_streamClosedAfterTheFarEndWithDataUnread_givesItsMemoryBack() throws Exception {
        Stream stream = unread(client.fast());
        stream.hop().send(stream.id(), End.of(EndReason.DONE));
        get(stream.client().closed());
        assertThat(stream.client().read(new byte[100], 0, 100)).isEqualTo(100);
        assertThat(memory().heldBytes()).isGreaterThanOrEqualTo(WINDOW * 498);
        stream.client().close();
        assertThat(memory().heldBytes()).isLessThan(WINDOW * 498);
        assertThat(stream.client().available()).isZero();
        assertThatThrownBy(() -> stream.client().read(new byte[1], 0, 1))
                .as("what was dropped is not the end of the data")
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.kind()).isEqualTo(StreamException.Kind.CLOSED));
    }

    @Test
    void t82_allThatWasHeld_isGivenBackAtTheEnd() throws Exception {
        client.channelMayEnd();
        Built circuit = client.fast();
        Stream stream = unread(circuit);
        Stream drained = unread(circuit);
        drained.hop().send(drained.id(), End.of(EndReason.DONE));
        assertThat(drained.read(WINDOW * 498)).containsOnly(9);
        get(drained.client().closed());
        assertThat(memory().heldBytes()).isGreaterThanOrEqualTo(WINDOW * 498);
        stream.client().close();
        assertThat(memory().heldBytes()).isLessThan(WINDOW * 498);
        client.channel().close();
        get(client.channel().closed());
        assertThat(memory().heldBytes()).isZero();
    }
}
