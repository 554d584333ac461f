package org.onion4j.circuit.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.failure;
import static org.onion4j.circuit.testing.CircuitFixture.get;
import static org.onion4j.circuit.testing.CircuitFixture.streamFailure;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.CircuitParameters;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.runtime.MemoryAccount;
import org.onion4j.circuit.runtime.MemoryQuota;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Running;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.ReceivedMessage;
import org.onion4j.circuit.testing.ValveConnector;

/** A relay that stops reading the link while its windows are open: writers wait for room in the channel. T71, T82. */
@Timeout(60)
class StalledRelayTest {
    private static final int DATA_LEN = 498;
    private static final int MEMORY_BYTES = 8 * 1024 * 1024;

    private final ValveConnector valve = new ValveConnector();

    @RegisterExtension
    final CircuitFixture client = new CircuitFixture().connector(valve).memory(MEMORY_BYTES);

    @AfterEach
    void letGo() {
        valve.open();
    }

    /** Writes more than the channel's queue takes, while nothing leaves it. */
    private Running<Void> write(Stream stream) {
        valve.shut();
        byte[] bytes = new byte[450 * DATA_LEN];
        return client.run(() -> {
            stream.client().write(bytes, 0, bytes.length);
            return null;
        });
    }

    /** Returns once the channel's queue is full of data, and nothing moves any more. */
    private void awaitStalled(Running<Void> writer) throws Exception {
        valve.awaitHeld();
        client.awaitQueueFull(writer);
    }

    @Test
    void close_whileTheWriterWaitsForRoom_wakesItAndSendsOneEnd() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        Running<Void> writer = write(stream);
        awaitStalled(writer);
        stream.client().close();
        assertThat(streamFailure(writer.result()).kind()).isEqualTo(StreamException.Kind.CLOSED);
        valve.open();
        List<ReceivedMessage> messages = circuit.closeAndTakeMessages();
        assertThat(messages.subList(0, messages.size() - 1))
                .allSatisfy(m -> assertThat(m.message()).isInstanceOf(Data.class));
        assertThat(messages.get(messages.size() - 1).message()).isEqualTo(End.of(EndReason.MISC));
    }

    @Test
    void circuitClose_whileWritersWaitForRoom_wakesThemAlone() throws Exception {
        Built circuit = client.build(1);
        Built other = client.build(1);
        Running<Void> one = write(circuit.open());
        awaitStalled(one);
        Stream fresh = new Stream(client, other.circuit().openStream(new Begin("a.test", 80, 0)), other.last());
        Running<Void> two = write(fresh);
        two.awaitBlocked();
        circuit.circuit().close();
        assertThat(streamFailure(one.result()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        assertThat(two.result()).isNotDone();
        valve.open();
        get(two.result());
    }

    @Test
    void interrupt_whileTheWriterWaitsForRoom_leavesTheStreamOpen() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        Running<Void> writer = write(stream);
        awaitStalled(writer);
        writer.thread().interrupt();
        assertThat(failure(writer.result())).isInstanceOf(InterruptedIOException.class);
        valve.open();
        stream.client().write(new byte[] {1}, 0, 1);
        assertThat(stream.client().isOpen()).isTrue();
    }

    @Test
    void timeout_whileTheWriterWaitsForRoom_leavesTheStreamOpen() throws Exception {
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        stream.client().setWriteTimeoutNanos(TimeUnit.MILLISECONDS.toNanos(300));
        assertThat(streamFailure(write(stream).result()).kind()).isEqualTo(StreamException.Kind.TIMEOUT);
        valve.open();
        stream.client().setWriteTimeoutNanos(DataStream.NO_TIMEOUT);
        stream.client().write(new byte[] {1}, 0, 1);
        assertThat(stream.client().isOpen()).isTrue();
    }

    @Test
    void channelClose_whileTheWriterWaitsForRoom_wakesIt() throws Exception {
        client.channelMayEnd();
        Running<Void> writer = write(client.build(1).open());
        awaitStalled(writer);
        client.channel().close();
        assertThat(streamFailure(writer.result()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        valve.open();
    }

    /** With the smallest window one message holds all that is left of it: who gives it back must say so. */
    @Test
    void windowTakenAndGivenBack_isOfferedToTheOtherStream() throws Exception {
        Built filler = client.build(1);
        Built circuit = client.fast(new CircuitParameters(100));
        circuit.last().acknowledge(false);
        Stream one = circuit.open();
        Stream other = circuit.open();
        for (int i = 0; i < 99; i++) {
            one.client().write(new byte[] {0}, 0, 1);
            circuit.awaitMessage(Data.class, one.id());
        }
        Running<Void> stalled = write(filler.open());
        awaitStalled(stalled);
        Running<Void> holder = client.run(() -> {
            one.client().write(new byte[] {0}, 0, 1); // takes the last of the window, waits for room
            return null;
        });
        holder.awaitBlocked();
        Running<Void> waiter = client.run(() -> {
            other.client().write(new byte[] {7}, 0, 1);
            return null;
        });
        waiter.awaitBlocked();
        one.client().close();
        assertThat(streamFailure(holder.result()).kind()).isEqualTo(StreamException.Kind.CLOSED);
        valve.open();
        get(waiter.result());
        get(stalled.result());
    }

    /** So many streams that their BEGINs and ENDs would pass the queue's bound: they wait for their turn instead. */
    @Test
    void t82_thousandsOfStreamsOpenedAndClosed_waitForTheRelayAndLoseNothing() throws Exception {
        Built circuit = client.build(1);
        Running<Void> writer = write(circuit.open());
        awaitStalled(writer);
        List<DataStream> streams = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            streams.add(circuit.circuit().openStream(new Begin("a.test", 80, 0)));
        }
        streams.subList(0, 2500).forEach(DataStream::close);
        assertThat(client.channel().queuedBytes()).isLessThan(2000 * 514);
        DataStream last = streams.get(2999);
        Running<Void> early = client.run(() -> {
            last.write(new byte[] {7}, 0, 1); // must not overtake its BEGIN
            return null;
        });
        early.awaitBlocked();
        valve.open();
        get(writer.result());
        get(early.result());
        int begun = 0;
        int ended = 0;
        ReceivedMessage next;
        do {
            next = client.relay().awaitMessage();
            begun += next.message() instanceof Begin ? 1 : 0;
            ended += next.message() instanceof End ? 1 : 0;
        } while (!(next.message() instanceof Data && next.streamId() == last.streamId()));
        assertThat(begun).isEqualTo(3000);
        while (ended < 2500) {
            assertThat(client.relay().awaitMessage(End.class).message()).isEqualTo(End.of(EndReason.MISC));
            ended++;
        }
        assertThat(client.channel().isOpen()).isTrue();
    }

    /** As when a service with many clients ends: the relay is told as it reads, and the link's other circuits go on. */
    @Test
    void t82_manyCircuitsClosedAtOnce_areToldInTimeAndDoNotLoseTheChannel() throws Exception {
        Built circuit = client.build(1);
        List<Built> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            others.add(client.build(1));
        }
        Running<Void> writer = write(circuit.open());
        awaitStalled(writer);
        byte[] body = new byte[509];
        for (int i = 0; i < 3900; i++) {
            client.channel().send(0, CellCommand.PADDING, body, 0); // near the bound, as by other services that end
        }
        for (Built other : others) {
            other.circuit().close();
            get(other.circuit().closed());
        }
        valve.open();
        get(writer.result());
        for (int i = 0; i < others.size(); i++) {
            client.relay().awaitCell(CellCommand.DESTROY);
        }
        assertThat(client.channel().isOpen()).isTrue();
    }

    /** What answers the relay doesn't wait, and is bounded: at the bound the relay is taken for lost. */
    @Test
    void t82_answersThatTheRelayDoesNotRead_loseTheChannelAtTheBound() throws Exception {
        client.channelMayEnd();
        Built circuit = client.build(1);
        Stream stream = circuit.open();
        Running<Void> writer = write(stream);
        awaitStalled(writer);
        byte[] body = new byte[509];
        for (int i = 0; i < 5000 && client.channel().isOpen(); i++) {
            client.channel().send(0, CellCommand.PADDING, body, 0);
        }
        CircuitException cause = get(circuit.circuit().closed());
        assertThat(cause.kind()).isEqualTo(CircuitException.Kind.CHANNEL);
        assertThat(get(client.channel().closed()).kind()).isEqualTo(ChannelException.Kind.LOST);
        get(stream.client().closed());
        assertThat(streamFailure(writer.result()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        valve.open();
        assertThat(client.channel().memory().heldBytes()).isZero();
    }

    /** Where memory is short, and what has waited longest of all is for a relay that doesn't read, that relay goes. */
    @Test
    void t82_zeroWindowWhileMemoryIsShort_losesThatChannelAlone() throws Exception {
        client.channelMayEnd();
        Built circuit = client.build(1);
        Running<Void> writer = write(circuit.open());
        awaitStalled(writer);
        MemoryQuota memory = client.channel().memory();
        MemoryAccount other = memory.newAccount(new MemoryQuota.Owner() {
            @Override
            public void trim() {}

            @Override
            public void giveUp() {
                throw new AssertionError("its data came later");
            }
        });
        other.onPut(1);
        int most = MEMORY_BYTES - CircuitFixture.QUEUE_BYTES / 2;
        other.hold(most);
        assertThat(get(client.channel().closed()).kind()).isEqualTo(ChannelException.Kind.LOST);
        assertThat(streamFailure(writer.result()).kind()).isEqualTo(StreamException.Kind.CIRCUIT);
        assertThat(memory.heldBytes()).isEqualTo(most);
        valve.open();
        other.release();
        client.reopenChannel();
        Stream fresh = client.fast().open();
        fresh.hop().sendData(fresh.id(), new byte[] {5});
        assertThat(fresh.read(1)).containsExactly(5);
    }
}
