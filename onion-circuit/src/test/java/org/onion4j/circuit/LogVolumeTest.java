package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Created2;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.Extended2;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.circuit.message.Xoff;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.crypto.bytes.Bytes;
import org.slf4j.LoggerFactory;

/**
 * T87: however often relays break the rules of circuits, nothing of it is logged at INFO or above, so that no remote can
 * fill a disk. The fixture fails a test in which the library logs anything at such a level.
 */
@Timeout(60)
class LogVolumeTest {
    private static final int REPEATS = 100;
    private static final Bytes JUNK = Bytes.copyOf(new byte[20]);

    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    /** One fault of the first hop of a circuit that has a stream. */
    private interface Fault {
        void commit(Built circuit, int streamId) throws Exception;
    }

    private static Fault raw(CellCommand command) {
        return (circuit, streamId) -> circuit.relay().sendRaw(command, new byte[CellFrame.CELL_BODY_LEN]);
    }

    private static ScriptedHop hop(Built circuit) {
        return circuit.hop(0);
    }

    private static final ImmutableList<Fault> FAULTS = ImmutableList.of(
            // T08, T09: answers to no handshake, and malformed ones
            (circuit, id) -> client.link().send(circuit.relay().circuitId(), new Created2(JUNK)),
            raw(CellCommand.CREATED2),
            raw(CellCommand.CREATED_FAST),
            (circuit, id) -> hop(circuit).send(0, new Extended2(JUNK)),
            (circuit, id) -> hop(circuit).send(0, RelayCommand.EXTENDED2, JUNK),
            // T12: messages shorter than their fields
            (circuit, id) -> hop(circuit).send(id, RelayCommand.CONNECTED, Bytes.copyOf(new byte[3])),
            // T13: streams in the wrong state
            (circuit, id) -> hop(circuit).send(id, new Data(JUNK)),
            (circuit, id) -> hop(circuit).send(id ^ 0x5555, new Data(JUNK)),
            (circuit, id) -> hop(circuit).send(id ^ 0x5555, End.of(EndReason.MISC)),
            (circuit, id) -> {
                Connected connected = Connected.to(InetAddress.getByAddress(new byte[] {1, 2, 3, 4}), 60);
                hop(circuit).send(id, connected);
                hop(circuit).send(id, connected);
            },
            // T14, T15
            raw(CellCommand.RELAY_EARLY),
            raw(CellCommand.RELAY),
            // T16: commands that have no business here
            (circuit, id) -> hop(circuit).send(id, new Begin("a.test", 80, 0)),
            (circuit, id) -> hop(circuit).send(0, RelayCommand.ofWire(38), JUNK),
            // T19
            (circuit, id) -> hop(circuit).send(0, Sendme.withTag(JUNK)),
            (circuit, id) -> hop(circuit).send(id, Sendme.withoutTag()),
            // T22
            (circuit, id) -> hop(circuit).send(id, new Xoff()),
            // T88
            (circuit, id) -> {
                for (int i = 0; i < 65; i++) {
                    hop(circuit).send(0, new Drop());
                }
            },
            // ends that are no faults
            (circuit, id) -> circuit.relay().destroy(DestroyReason.PROTOCOL),
            (circuit, id) -> hop(circuit).send(0, new Truncated(DestroyReason.CONNECTFAILED)));

    @Test
    void infoLines_wouldBeSeen() {
        assertThat(LoggerFactory.getLogger(Circuit.class).isInfoEnabled()).isTrue();
    }

    @Test
    void t87_faultsOfRelays_areNotLoggedAboveDebug() throws Exception {
        for (int i = 0; i < REPEATS; i++) {
            for (Fault fault : FAULTS) {
                Built circuit = client.fast();
                int id =
                        circuit.circuit().openStream(new Begin("a.test", 80, 0)).streamId();
                fault.commit(circuit, id);
                get(circuit.circuit().closed());
            }
        }
        client.relay().takeMessages();
    }

    @Test
    void t87_failedHandshakes_areNotLoggedAboveDebug() throws Exception {
        client.script(new RelayScript() {
            private int count;

            @Override
            public void onCreate(ScriptedLink link, int circuitId, ChannelMessage create) throws Exception {
                count++;
                if (count % 2 == 0) {
                    link.send(circuitId, new Destroy(DestroyReason.RESOURCELIMIT));
                } else {
                    link.send(circuitId, new Created2(Bytes.copyOf(new byte[64])));
                }
            }
        });
        for (int i = 0; i < REPEATS; i++) {
            Circuit circuit = client.newCircuit();
            CircuitFixture.failure(circuit.create(client.target(0, HopTarget.Handshake.NTOR)));
            get(circuit.closed());
        }
    }
}
