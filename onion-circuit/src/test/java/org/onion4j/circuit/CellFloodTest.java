package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.closedKind;

import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Stream;

/** T06: very many cells for circuits that don't exist, any more or at all, leave nothing behind. */
@Timeout(60)
class CellFloodTest {
    private static final int CELLS_A_BLOCK = 400;
    private static final int BLOCKS = 160;
    private static final int HEAP_BYTES = 1024 * 1024;
    private static final int MIB = 1024 * 1024;

    private static final CellCommand[] COMMANDS = {
        CellCommand.RELAY,
        CellCommand.RELAY_EARLY,
        CellCommand.CREATE2,
        CellCommand.CREATE_FAST,
        CellCommand.CREATED2,
        CellCommand.CREATED_FAST,
        CellCommand.DESTROY,
        CellCommand.ofWire(1), // CREATE
        CellCommand.ofWire(99)
    };

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    /** As many cells as fit a block, for circuit 0, one that was closed, and IDs of both sides that never were. */
    private static byte[] block(int number, int closedId) throws Exception {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < CELLS_A_BLOCK; i++) {
            int serial = number * CELLS_A_BLOCK + i;
            int id = switch (serial % 4) {
                case 0 -> 0;
                case 1 -> closedId;
                case 2 -> 0x80000000 | serial;
                default -> 1 + serial;
            };
            block.write(CellFrame.encode(id, COMMANDS[serial % COMMANDS.length], new byte[CellFrame.CELL_BODY_LEN]));
        }
        return block.toByteArray();
    }

    private static long heapInUse() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static void flood(int blocks, int closedId) throws Exception {
        for (int i = 0; i < blocks; i++) {
            client.link().sendRaw(block(i, closedId));
        }
        client.awaitHandled();
    }

    @Test
    void t06_floodOfCellsForNoCircuit_leavesNothingAndIsNotAnswered() throws Exception {
        Built closed = client.fast();
        int closedId = closed.relay().circuitId();
        closed.circuit().close();
        client.awaitDestroy(closed);
        flood(10, closedId);
        int circuits = client.channel().circuitCount();
        long tracked = client.channel().memory().heldBytes();
        long before = heapInUse();
        flood(BLOCKS, closedId);
        long after = heapInUse();
        assertThat(after - before).isLessThan(HEAP_BYTES);
        assertThat(client.channel().circuitCount()).isEqualTo(circuits);
        assertThat(client.channel().memory().heldBytes()).isEqualTo(tracked);
        Stream bystander = client.build(3).open(); // whatever was answered has arrived at the relay by now
        assertThat(client.link().received(CellCommand.CREATED2)).isZero();
        assertThat(client.link().received(CellCommand.CREATED_FAST)).isZero();
        assertThat(client.destroysOf(closed)).isEmpty();
        CircuitFixture.Running<Void> sender = client.run(() -> {
            bystander.hop().sendData(bystander.id(), new byte[MIB]);
            return null;
        });
        assertThat(bystander.read(MIB)).containsOnly(0);
        CircuitFixture.get(sender.result());
    }

    @Test
    void t06_stormOfDestroys_endsEachCircuitOnceAndLeavesTheOthers() throws Exception {
        Built other = client.fast();
        Stream stream = other.open();
        Built[] destroyed = new Built[20];
        for (int i = 0; i < destroyed.length; i++) {
            destroyed[i] = client.fast();
        }
        ByteArrayOutputStream storm = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            for (Built circuit : destroyed) {
                storm.write(CellFrame.encode(circuit.relay().circuitId(), new Destroy(DestroyReason.REQUESTED)));
            }
        }
        for (int i = 0; i < 10; i++) {
            client.link().sendRaw(storm.toByteArray());
        }
        for (Built circuit : destroyed) {
            assertThat(closedKind(circuit.circuit())).isEqualTo(CircuitException.Kind.DESTROYED);
        }
        client.awaitHandled();
        assertThat(client.channel().circuitCount()).isEqualTo(2); // the fixture's own and the other one
        stream.hop().sendData(stream.id(), new byte[] {4});
        assertThat(stream.read(1)).containsExactly(4);
        for (Built circuit : destroyed) {
            assertThat(client.destroysOf(circuit)).isEmpty();
        }
    }
}
