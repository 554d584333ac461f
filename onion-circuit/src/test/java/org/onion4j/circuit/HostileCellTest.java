package org.onion4j.circuit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.onion4j.circuit.testing.CircuitFixture.circuitFailure;
import static org.onion4j.circuit.testing.CircuitFixture.closedKind;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import com.google.common.collect.ImmutableSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.CircuitException.Kind;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Create2;
import org.onion4j.circuit.cell.CreateFast;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.cell.HandshakeType;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;
import org.onion4j.circuit.testing.CircuitFixture.Stream;
import org.onion4j.circuit.testing.RelayScript;
import org.onion4j.circuit.testing.ScriptedHop;
import org.onion4j.circuit.testing.ScriptedLink;
import org.onion4j.crypto.bytes.Bytes;

/** Cells that a relay must not send, or changed on their way. T06, T14, T15. */
@Timeout(60)
class HostileCellTest {
    @RegisterExtension
    static final CircuitFixture client = new CircuitFixture();

    private static final int NEVER_OPENED = 0x80000000;
    private static final int OF_RELAY = 0x1234;

    private static byte[] dataBody(int streamId) {
        return ScriptedHop.body(streamId, new Data(Bytes.copyOf(new byte[] {1, 2, 3})));
    }

    /** Nothing of a cell that was not what a hop had sent may reach the application. */
    private static void assertBroken(Built circuit, Stream stream) throws Exception {
        client.assertClosedAsProtocol(circuit);
        get(stream.client().closed());
        assertThat(stream.client().available()).isZero();
        assertThatThrownBy(() -> stream.client().read(new byte[1], 0, 1)).isInstanceOf(StreamException.class);
    }

    @Test
    void t06_cellsOfNoCircuit_leaveNoTraceAndAreNotAnswered() throws Exception {
        ScriptedLink link = client.link();
        Built closed = client.fast();
        int closedId = closed.relay().circuitId();
        closed.circuit().close();
        client.awaitDestroy(closed);
        int circuits = client.channel().circuitCount();
        CellCommand[] commands = {
            CellCommand.RELAY,
            CellCommand.RELAY_EARLY,
            CellCommand.DESTROY,
            CellCommand.CREATED2,
            CellCommand.CREATED_FAST,
            CellCommand.CREATE2,
            CellCommand.CREATE_FAST,
            CellCommand.PADDING,
            CellCommand.ofWire(99)
        };
        for (int i = 0; i < 300; i++) {
            for (CellCommand command : commands) {
                for (int id : new int[] {0, NEVER_OPENED + i, OF_RELAY + i, closedId}) {
                    link.send(id, command, new byte[CellFrame.CELL_BODY_LEN]);
                }
            }
        }
        link.send(OF_RELAY, new Create2(HandshakeType.NTOR, Bytes.copyOf(new byte[84])));
        link.send(OF_RELAY, new CreateFast(Bytes.copyOf(new byte[20])));
        client.awaitHandled();
        client.fast(); // whatever was sent before has arrived at the relay by now
        assertThat(client.channel().circuitCount()).isEqualTo(circuits + 1);
        assertThat(link.received(CellCommand.CREATED2)).isZero();
        assertThat(link.received(CellCommand.CREATED_FAST)).isZero();
        assertThat(client.destroysOf(closed)).isEmpty();
    }

    @Test
    void t06_destroyTwice_isHeardOnce() throws Exception {
        Built circuit = client.fast();
        for (int i = 0; i < 1000; i++) {
            circuit.relay().destroy(DestroyReason.FINISHED);
        }
        assertThat(closedKind(circuit.circuit())).isEqualTo(Kind.DESTROYED);
        client.awaitHandled();
        circuit.circuit().close();
        assertThat(client.destroysOf(circuit)).isEmpty();
    }

    /** Commands from 13 up are of the future, and those of variable length don't belong to circuits. */
    @Test
    void t06_allCellCommandsOnACircuit_endAsTheTableSays() throws Exception {
        ImmutableSet<Integer> forbidden = ImmutableSet.of(0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12);
        Built circuit = client.fast();
        for (int command = 0; command < 256; command++) {
            client.link().send(circuit.relay().circuitId(), CellCommand.ofWire(command), new byte[509]);
            client.awaitHandled();
            if (command == CellCommand.DESTROY.wire()) {
                assertThat(closedKind(circuit.circuit())).isEqualTo(Kind.DESTROYED);
            } else if (forbidden.contains(command)) {
                client.assertClosedAsProtocol(circuit);
            } else {
                assertThat(circuit.circuit().isOpen())
                        .as("after command %s", command)
                        .isTrue();
                continue;
            }
            circuit = client.fast();
        }
        circuit.open();
    }

    @Test
    void t06_relayCellBeforeTheFirstHop_closesAsProtocol() throws Exception {
        client.script(new RelayScript() {
            @Override
            public void onCreate(ScriptedLink link, int id, ChannelMessage create) throws Exception {
                link.send(id, CellCommand.RELAY, new byte[509]);
            }
        });
        assertThat(circuitFailure(client.newCircuit().createFast()).kind()).isEqualTo(Kind.PROTOCOL);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void t14_relayEarly_closesAsProtocolThoughItsContentIsGood(int hop) throws Exception {
        Built circuit = client.build(3);
        Stream stream = circuit.open();
        circuit.hop(hop).sendEarly(hop == 2 ? dataBody(stream.id()) : ScriptedHop.body(0, new Drop()));
        assertBroken(circuit, stream);
    }

    @Test
    void t15_eachOf509BytesFlipped_closesAsProtocol() throws Exception {
        for (int at = 0; at < CellFrame.CELL_BODY_LEN; at++) {
            Built circuit = client.fast();
            Stream stream = circuit.open();
            byte[] cell = circuit.relay().encrypt(0, dataBody(stream.id()));
            cell[at] ^= (byte) (1 << (at % 8));
            circuit.relay().sendRaw(CellCommand.RELAY, cell);
            assertBroken(circuit, stream);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 200, 508})
    void t15_byteFlippedBehindThreeHops_closesAsProtocol(int at) throws Exception {
        Built circuit = client.build(3);
        Stream stream = circuit.open();
        byte[] cell = circuit.relay().encrypt(2, dataBody(stream.id()));
        cell[at] ^= 1;
        circuit.relay().sendRaw(CellCommand.RELAY, cell);
        assertBroken(circuit, stream);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void t15_cellDropped_theNextOneClosesAsProtocol(int hops) throws Exception {
        Built circuit = client.build(hops);
        Stream stream = circuit.open();
        circuit.relay().encrypt(hops - 1, dataBody(stream.id()));
        circuit.relay().sendRaw(CellCommand.RELAY, circuit.relay().encrypt(hops - 1, dataBody(stream.id())));
        assertBroken(circuit, stream);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void t15_cellRepeated_theSecondOneClosesAsProtocol(int hops) throws Exception {
        Built circuit = client.build(hops);
        Stream stream = circuit.open();
        byte[] cell = circuit.relay().encrypt(hops - 1, dataBody(stream.id()));
        circuit.relay().sendRaw(CellCommand.RELAY, cell);
        assertThat(stream.read(3)).containsExactly(1, 2, 3);
        circuit.relay().sendRaw(CellCommand.RELAY, cell);
        assertBroken(circuit, stream);
    }

    @Test
    void t15_twoCellsSwapped_closesAsProtocol() throws Exception {
        Built circuit = client.build(2);
        Stream stream = circuit.open();
        byte[] first = circuit.relay().encrypt(1, dataBody(stream.id()));
        circuit.relay().sendRaw(CellCommand.RELAY, circuit.relay().encrypt(1, dataBody(stream.id())));
        circuit.relay().sendRaw(CellCommand.RELAY, first);
        assertBroken(circuit, stream);
    }

    @Test
    void t15_cellOfAnotherCircuit_closesTheOneThatGotIt() throws Exception {
        Built circuit = client.build(2);
        Built other = client.build(2);
        Stream stream = circuit.open();
        Stream good = other.open();
        circuit.relay().sendRaw(CellCommand.RELAY, other.relay().encrypt(1, dataBody(good.id())));
        assertBroken(circuit, stream);
        assertThat(other.circuit().isOpen()).isTrue();
    }

    @Test
    void destroy_withEachReason_endsStreamsAndIsNotAnswered() throws Exception {
        for (int wire = 0; wire < 256; wire += wire < 16 ? 1 : 48) {
            DestroyReason reason = DestroyReason.ofWire(wire);
            Built circuit = client.fast();
            Stream stream = circuit.begin();
            circuit.relay().destroy(reason);
            CircuitException cause = get(circuit.circuit().closed());
            assertThat(cause.kind()).isEqualTo(Kind.DESTROYED);
            assertThat(cause.reason()).contains(reason);
            StreamException failure =
                    CircuitFixture.streamFailure(stream.client().connected());
            assertThat(failure).hasCause(cause);
            circuit.circuit().close();
            client.awaitHandled();
            assertThat(client.destroysOf(circuit)).isEmpty();
        }
    }

    @Test
    void destroy_whileBuilding_failsTheStepWithTheReason() throws Exception {
        client.script(new RelayScript() {
            @Override
            public void onCreate(ScriptedLink link, int id, ChannelMessage create) throws Exception {
                link.send(id, new Destroy(DestroyReason.RESOURCELIMIT));
            }
        });
        CircuitException failure =
                circuitFailure(client.newCircuit().create(client.target(0, HopTarget.Handshake.NTOR)));
        assertThat(failure.reason()).contains(DestroyReason.RESOURCELIMIT);
    }
}
