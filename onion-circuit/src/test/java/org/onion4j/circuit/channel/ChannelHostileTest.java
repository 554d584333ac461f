package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.Padding;
import org.onion4j.circuit.cell.Vpadding;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.circuit.testing.ScriptedRelay;
import org.onion4j.circuit.testing.TestEnvironment;

/** T03 and T06: a relay that sends what nobody wants, over a channel with a circuit that goes on. */
@Timeout(60)
class ChannelHostileTest {
    private ScriptedRelay relay;
    private TestEnvironment environment;
    private Channel channel;
    private ScriptedLink link;
    private final Bystander bystander = new Bystander();
    private int circuitId;

    /** A circuit that counts its cells. */
    private static final class Bystander implements CellHandler {
        final AtomicInteger cells = new AtomicInteger();
        final AtomicInteger ends = new AtomicInteger();
        final CountDownLatch destroyed = new CountDownLatch(1);
        final CompletableFuture<ChannelException> closed = new CompletableFuture<>();

        @Override
        public void onCell(int command, byte[] buffer, int offset) {
            cells.incrementAndGet();
            if (command == CellCommand.DESTROY.wire()) {
                destroyed.countDown();
            }
        }

        @Override
        public void onBatchEnd() {}

        @Override
        public void onChannelClosed(ChannelException cause) {
            ends.incrementAndGet();
            closed.complete(cause);
        }
    }

    @BeforeEach
    void open() throws Exception {
        relay = ScriptedRelay.builder().count(1).start();
        environment = new TestEnvironment();
        channel = environment.openNow(relay);
        link = relay.awaitLink();
        circuitId = channel.attach(bystander);
    }

    @AfterEach
    void close() throws Exception {
        channel.close();
        environment.close();
        relay.close();
        relay.assertNoFailures();
        assertThat(bystander.ends.get()).isEqualTo(1);
    }

    @Test
    void t03_largestUnknownCells_areSkipped() throws Exception {
        byte[] unknown = CellFrame.encode(0, CellCommand.ofWire(250), new byte[CellFrame.MAX_VARIABLE_BODY_LEN]);
        byte[] padding = CellFrame.encode(0, new Vpadding(CellFrame.MAX_VARIABLE_BODY_LEN));
        byte[] onCircuit =
                CellFrame.encode(circuitId, CellCommand.ofWire(251), new byte[CellFrame.MAX_VARIABLE_BODY_LEN]);
        for (int i = 0; i < 200; i++) {
            link.sendRaw(unknown);
            link.sendRaw(padding);
            link.sendRaw(onCircuit);
            sendToBystander();
        }
        assertStillServed(200);
    }

    @Test
    void t03_unknownCellsOfBothKinds_areSkipped() throws Exception {
        int sent = 0;
        while (sent < 10_000) {
            for (int command = 0; command < 256; command++) {
                CellCommand unknown = CellCommand.ofWire(command);
                if (!unknown.isKnown()) {
                    link.send(0, unknown, new byte[command % 3 == 0 ? 0 : 100]);
                    sent++;
                }
            }
        }
        link.send(0, new Padding());
        sendToBystander();
        assertStillServed(1);
    }

    @Test
    void t06_cellsOfOtherCircuits_areDroppedUnanswered() throws Exception {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        Arrays.fill(body, (byte) 2);
        for (int i = 0; i < 2000; i++) {
            for (CellCommand command : new CellCommand[] {
                CellCommand.CREATE2,
                CellCommand.CREATE_FAST,
                CellCommand.RELAY,
                CellCommand.DESTROY,
                CellCommand.CREATED2,
                CellCommand.RELAY_EARLY,
                CellCommand.ofWire(1)
            }) {
                int other = circuitId ^ (1 + i);
                link.sendRaw(CellFrame.encode(i % 10 == 0 ? 0 : other, command, body));
            }
        }
        sendToBystander();
        assertStillServed(1);
        assertThat(channel.circuitCount()).isEqualTo(1);
        channel.close();
        relay.awaitLinkEnd();
        assertThat(link.received(CellCommand.CREATED2) + link.received(CellCommand.CREATED_FAST))
                .isZero();
        assertThat(link.received(CellCommand.DESTROY)).isZero();
    }

    @Test
    void t06_lateCellsOfDetachedCircuit_areDropped() throws Exception {
        Bystander gone = new Bystander();
        int goneId = channel.attach(gone);
        channel.detach(goneId);
        for (int i = 0; i < 100; i++) {
            link.send(goneId, CellCommand.RELAY, new byte[CellFrame.CELL_BODY_LEN]);
            link.send(goneId, new Destroy(DestroyReason.FINISHED));
        }
        sendToBystander();
        assertStillServed(1);
        assertThat(gone.cells.get()).isZero();
    }

    @Test
    void t03_endInMidCell_closesLikeAnyOtherEnd() throws Exception {
        byte[] cell = CellFrame.encode(circuitId, CellCommand.RELAY, new byte[CellFrame.CELL_BODY_LEN]);
        link.sendRaw(Arrays.copyOf(cell, 100));
        link.close();
        assertThat(TestEnvironment.get(bystander.closed).kind()).isEqualTo(ChannelException.Kind.LOST);
        assertThat(bystander.cells.get()).isZero();
    }

    @Test
    void t03_endInMidVariableCell_closesLikeAnyOtherEnd() throws Exception {
        byte[] cell = CellFrame.encode(0, new Vpadding(60000));
        link.sendRaw(Arrays.copyOf(cell, 59999));
        link.close();
        assertThat(TestEnvironment.get(bystander.closed).kind()).isEqualTo(ChannelException.Kind.LOST);
    }

    @Test
    void t07_reset_endsChannelAndCircuitOnce() throws Exception {
        link.reset();
        assertThat(TestEnvironment.get(bystander.closed).kind()).isEqualTo(ChannelException.Kind.LOST);
        assertThat(TestEnvironment.get(channel.closed()).kind()).isEqualTo(ChannelException.Kind.LOST);
    }

    private void sendToBystander() throws IOException {
        link.send(circuitId, CellCommand.RELAY, new byte[CellFrame.CELL_BODY_LEN]);
    }

    private void assertStillServed(int cells) throws Exception {
        link.send(circuitId, new Destroy(DestroyReason.NONE));
        assertThat(bystander.destroyed.await(ScriptedRelay.PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        assertThat(bystander.cells.get()).isEqualTo(cells + 1);
        assertThat(channel.isOpen()).isTrue();
    }
}
