package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.crypto.bytes.Bytes;

/** Windows, SENDMEs and back-pressure at a relay's end of streams. */
class RelayFlowTest {
    private final RelayKit kit = RelayKit.honest(3);
    private final CellClient client;

    RelayFlowTest() {
        kit.exits.names.put("a.example", ImmutableList.of(RelayKit.address(203, 0, 113, 7)));
        client = kit.client(0, 1, 2);
    }

    private FakeWire open(int streamId) {
        client.send(streamId, Begin.to("a.example", 80, 0));
        assertThat(client.last().command()).isEqualTo(RelayCommand.CONNECTED);
        client.take();
        return kit.exits.lastWire();
    }

    private static byte[] cells(int count) {
        byte[] all = new byte[count * RelayBody.MAX_DATA_LEN];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) ((i * 31) >>> 3);
        }
        return all;
    }

    private long dataReceived() {
        return client.received.stream()
                .filter(r -> r.command().equals(RelayCommand.DATA))
                .count();
    }

    @Test
    void exit_stopsAtTheStreamWindow_andReadsNoMore() {
        FakeWire wire = open(1);
        wire.say(cells(600));
        kit.loop.run();
        assertThat(dataReceived()).isEqualTo(500);
        assertThat(wire.paused).isTrue();

        client.send(1, Sendme.withoutTag());
        assertThat(dataReceived()).isEqualTo(550);
        client.send(1, Sendme.withoutTag());
        assertThat(dataReceived()).isEqualTo(600);
        assertThat(wire.paused).isFalse();
    }

    @Test
    void exit_stopsAtTheCircuitWindow_untilTheRightSendme() {
        FakeWire one = open(1);
        one.say(cells(500));
        kit.loop.run();
        FakeWire two = open(2);
        two.say(cells(500));
        kit.loop.run();
        FakeWire three = open(3);
        three.say(cells(10));
        kit.loop.run();
        assertThat(three.paused).isTrue();
        assertThat(client.received.stream().filter(r -> r.streamId() == 3)).isEmpty();

        client.send(0, Sendme.withTag(client.tagAfter(100)));
        assertThat(client.received.stream().filter(r -> r.streamId() == 3)).hasSize(10);
        assertThat(client.destroyed).isEmpty();
    }

    @Test
    void sendmeWithAWrongTag_closesTheCircuit() {
        FakeWire wire = open(1);
        wire.say(cells(100));
        kit.loop.run();
        client.send(0, Sendme.withTag(Bytes.copyOf(kit.random.bytes(20))));
        assertThat(client.destroyed).isPresent();
    }

    @Test
    void sendmeThatIsNotDue_closesTheCircuit() {
        open(1);
        client.send(0, Sendme.withTag(Bytes.copyOf(kit.random.bytes(20))));
        assertThat(client.destroyed).isPresent();
    }

    @Test
    void streamSendmeThatIsNotDue_closesTheCircuit() {
        open(1);
        client.send(1, Sendme.withoutTag());
        assertThat(client.destroyed).isPresent();
    }

    @Test
    void dataFromTheClient_isAcknowledgedWithItsTags() {
        open(1);
        for (int i = 0; i < 200; i++) {
            client.queue(2, 1, new Data(Bytes.copyOf((byte) i)), CellCommand.RELAY);
        }
        kit.loop.run();
        List<CellClient.Received> sendmes = client.take();
        assertThat(sendmes.stream().filter(r -> r.streamId() == 1)).hasSize(4);
        assertThat(sendmes.stream().filter(r -> r.streamId() == 0).map(CellClient.Received::message))
                .containsExactly(Sendme.withTag(client.tags.get(99)), Sendme.withTag(client.tags.get(199)));
    }

    @Test
    void dataBeyondTheStreamWindow_closesTheCircuit() {
        FakeWire wire = open(1);
        wire.stuck = true;
        for (int i = 0; i < 800; i++) {
            client.queue(2, 1, new Data(Bytes.copyOf(new byte[RelayBody.MAX_DATA_LEN])), CellCommand.RELAY);
        }
        kit.loop.run();
        assertThat(client.destroyed).isPresent();
    }

    @Test
    void slowDestination_holdsTheClientBack_untilItReads() {
        FakeWire wire = open(1);
        wire.stuck = true;
        for (int i = 0; i < 500; i++) {
            client.queue(2, 1, new Data(Bytes.copyOf(new byte[RelayBody.MAX_DATA_LEN])), CellCommand.RELAY);
        }
        kit.loop.run();
        long granted = client.take().stream().filter(r -> r.streamId() == 1).count();
        assertThat(granted).isLessThanOrEqualTo(5); // half a window more than a window
        wire.drain();
        kit.loop.run();
        assertThat(client.take().stream().filter(r -> r.streamId() == 1)).hasSize((int) (10 - granted));
        assertThat(client.destroyed).isEmpty();
    }

    @Test
    void longQueueToTheClient_stopsTheExit_untilItIsEmpty() {
        CellClient near = kit.client(1, 2); // the exit's link to its predecessor is the one that stalls
        near.send(1, Begin.to("a.example", 80, 0));
        FakeLink exitSide = kit.relay(1).dialled.get(0).otherEnd();
        near.take();
        exitSide.stall(true);
        kit.exits.lastWire().say(cells(450));
        kit.loop.run();
        assertThat(exitSide.queuedCells()).isEqualTo(CellLink.CONGESTED_CELLS);
        assertThat(kit.exits.lastWire().paused).isTrue();
        exitSide.stall(false);
        kit.loop.run();
        assertThat(near.received).hasSize(450);
        assertThat(kit.exits.lastWire().paused).isFalse();
    }

    @Test
    void t82_floodThatNobodyReads_destroysTheFloodingCircuitAlone() {
        CellClient flooder = kit.client(0, 1, 2);
        CellClient quiet = kit.client(0, 1, 2);
        FakeLink stalled = kit.relay(1).dialled.get(0);
        stalled.stall(true);
        byte[] body = new byte[509];
        body[0] = (byte) RelayCommand.DROP.wire();
        for (int i = 0; i < CellLink.OVERFLOW_CELLS + 100; i++) {
            flooder.sendBody(2, body, CellCommand.RELAY);
        }
        kit.loop.run();
        assertThat(flooder.destroyed).isPresent();
        assertThat(quiet.destroyed).isEmpty();
        stalled.stall(false);
        kit.loop.run();
        quiet.send(1, Begin.to("a.example", 80, 0));
        assertThat(quiet.last().command()).isEqualTo(RelayCommand.CONNECTED);
    }

    @Test
    void t82_refusalsThatNobodyReads_closeTheLink() {
        CellClient flooder = kit.client(0);
        CellClient quiet = kit.client(0);
        FakeLink stalled = flooder.link().otherEnd();
        stalled.stall(true);
        byte[] body = new byte[509];
        for (int i = 0; i < 3 * CellLink.OVERFLOW_CELLS; i++) {
            flooder.link().send(0x80000100 + i, CellCommand.CREATE.wire(), body, 0);
        }
        kit.loop.run();
        assertThat(stalled.isClosed()).isTrue();
        assertThat(stalled.queuedCells()).isLessThan(3 * CellLink.OVERFLOW_CELLS);
        assertThat(flooder.linkClosed).isTrue();
        assertThat(quiet.linkClosed).isFalse();
        assertThat(quiet.destroyed).isEmpty();
    }

    @Property(tries = 20)
    void bytes_comeOutAsTheyWentIn(@ForAll long seed, @ForAll @IntRange(min = 1, max = 400_000) int size) {
        RelayKit fresh = RelayKit.honest(3);
        fresh.exits.names.put("a.example", ImmutableList.of(RelayKit.address(203, 0, 113, 7)));
        CellClient reader = fresh.client(0, 1, 2);
        reader.acknowledge = true;
        reader.send(1, Begin.to("a.example", 80, 0));
        FakeWire wire = fresh.exits.lastWire();
        reader.take();
        Random random = new Random(seed);
        byte[] all = new byte[size];
        random.nextBytes(all);
        int at = 0;
        while (at < size) {
            int part = Math.min(size - at, 1 + random.nextInt(3000));
            wire.say(java.util.Arrays.copyOfRange(all, at, at + part));
            at += part;
            if (wire.paused || random.nextInt(10) == 0) {
                fresh.loop.run();
            }
        }
        fresh.loop.run();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        reader.received.stream()
                .filter(r -> r.command().equals(RelayCommand.DATA))
                .forEach(r -> out.write(r.data().toArray(), 0, r.data().size()));
        assertThat(out.toByteArray()).isEqualTo(all);
        assertThat(reader.destroyed).isEmpty();
    }
}
