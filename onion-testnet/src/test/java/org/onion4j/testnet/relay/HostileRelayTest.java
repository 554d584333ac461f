package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.Sendme;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.crypto.bytes.Bytes;

/**
 * The client against whole relays of which one is hostile: the circuit is closed as a violation of the protocol, and a
 * bystander's circuit over the same guard goes on.
 */
class HostileRelayTest {
    private static final Bytes TWENTY = Bytes.copyOf(new byte[20]);

    private final MemoryRelays relays = new MemoryRelays(4);

    @AfterEach
    void close() {
        relays.close();
    }

    /** What a hostile relay does when the client asks its exit for a stream. */
    private interface Attack {
        void on(ScriptedCircuit circuit, int streamId);
    }

    private static RelayScript atBegin(Attack attack) {
        return new RelayScript() {
            @Override
            public boolean onSend(ScriptedCircuit circuit, byte[] body) {
                if (RelayBody.command(body, 0) == RelayCommand.CONNECTED.wire()) {
                    attack.on(circuit, RelayBody.streamId(body, 0));
                }
                return true;
            }
        };
    }

    static Stream<String> exitAttacks() {
        return EXIT_ATTACKS.keySet().stream();
    }

    private static final ImmutableMap<String, Attack> EXIT_ATTACKS = ImmutableMap.<String, Attack>builder()
            .put("t13 connected twice", (c, id) -> c.send(id, Connected.withoutAddress()))
            .put("t13 data before connected", (c, id) -> c.send(id, new Data(TWENTY)))
            .put("t13 data on a stream never opened", (c, id) -> c.send(id + 1, new Data(TWENTY)))
            .put("t13 end on a stream never opened", (c, id) -> c.send(id + 1, End.of(EndReason.DONE)))
            .put("t13 data on stream 0", (c, id) -> c.send(0, new Data(TWENTY)))
            .put(
                    "t08 extended2 on a finished circuit",
                    (c, id) ->
                            c.send(0, RelayCommand.EXTENDED2, Bytes.concat(Bytes.copyOf((byte) 0, (byte) 20), TWENTY)))
            .put("t12 end without a reason", (c, id) -> c.send(id, RelayCommand.END, Bytes.EMPTY))
            .put("t12 connected of 3 bytes", (c, id) -> c.send(id, RelayCommand.CONNECTED, TWENTY.slice(0, 3)))
            .put("t16 begin", (c, id) -> c.send(id, Begin.to("a.example", 80, 0)))
            .put("t16 introduce2", (c, id) -> c.send(0, RelayCommand.INTRODUCE2, TWENTY))
            .put("t16 rendezvous2", (c, id) -> c.send(0, RelayCommand.RENDEZVOUS2, TWENTY))
            .put("t19 sendme that is not due", (c, id) -> c.send(0, Sendme.withTag(TWENTY)))
            .put("t19 stream sendme that is not due", (c, id) -> c.send(id, Sendme.withoutTag()))
            .put("t15 garbage", (c, id) -> c.sendGarbage())
            .buildOrThrow();

    @ParameterizedTest(name = "{0}")
    @MethodSource("exitAttacks")
    void exit_closesTheCircuitAlone(String name) throws Exception {
        relays.add(atBegin(EXIT_ATTACKS.get(name)));
        assertClosed(4);
    }

    /** A circuit through relay 0, 1 and the hostile one, and what becomes of it and of a bystander. */
    private void assertClosed(int last) throws Exception {
        relays.serve("a.example", 80, wire -> {});
        try (Circuit bystander = relays.circuit(HopTarget.Handshake.NTOR, 0, 1, 2);
                Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR, 0, 1, last)) {
            DataStream stream = circuit.openStream(Begin.to("a.example", 80, 0));
            CircuitException why = MemoryRelays.get(circuit.closed());
            assertThat(why.kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
            assertThatThrownBy(() -> stream.read(new byte[100], 0, 100)).isInstanceOf(java.io.IOException.class);

            assertThat(bystander.isOpen()).isTrue();
            DataStream other = bystander.openStream(Begin.to("a.example", 80, 0));
            assertThat(MemoryRelays.get(other.connected())).isNotNull();
        }
    }

    @Test
    void t11_middle_onAStreamOfTheExit_closesTheCircuit() throws Exception {
        List<ScriptedCircuit> seen = new ArrayList<>();
        RelayScript middle = new RelayScript() {
            @Override
            public void onCircuit(ScriptedCircuit circuit) {
                seen.add(circuit);
            }
        };
        relays.add(middle);
        relays.serve("a.example", 80, wire -> {});
        try (Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR_V3, 0, 4, 2)) {
            DataStream stream = circuit.openStream(Begin.to("a.example", 80, 0));
            MemoryRelays.get(stream.connected());
            relays.onLoop(() -> {
                seen.get(0).send(stream.streamId(), new Data(TWENTY));
                return true;
            });
            assertThat(MemoryRelays.get(circuit.closed()).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
        }
    }

    @Test
    void t08_secondCreated2_closesTheCircuit() throws Exception {
        List<byte[]> created = new ArrayList<>();
        List<ScriptedCircuit> seen = new ArrayList<>();
        relays.add(new RelayScript() {
            @Override
            public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
                if (command == CellCommand.CREATED2.wire() && created.isEmpty()) {
                    created.add(body.clone());
                    seen.add(circuit);
                }
                return true;
            }
        });
        try (Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR, 4, 1, 2)) {
            relays.onLoop(() -> {
                seen.get(0).sendCell(Direction.BACKWARD, CellCommand.CREATED2, created.get(0));
                return true;
            });
            assertThat(MemoryRelays.get(circuit.closed()).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
        }
    }

    @Test
    void t10_replayedHandshake_failsTheBuild() throws Exception {
        List<byte[]> created = new ArrayList<>();
        relays.add(new RelayScript() {
            @Override
            public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
                if (command == CellCommand.CREATED2.wire() && direction == Direction.BACKWARD && circuit.endsHere()) {
                    created.add(body.clone());
                    System.arraycopy(created.get(0), 0, body, offset, CellFrame.CELL_BODY_LEN);
                }
                return true;
            }
        });
        relays.circuit(HopTarget.Handshake.NTOR, 0, 4).close();
        for (HopTarget.Handshake handshake : List.of(HopTarget.Handshake.NTOR, HopTarget.Handshake.NTOR_V3)) {
            assertThatThrownBy(() -> relays.circuit(handshake, 0, 4))
                    .satisfies(failure -> assertThat(Throwables.getCausalChain(failure))
                            .anyMatch(one -> one instanceof CircuitException why
                                    && why.kind() == CircuitException.Kind.HANDSHAKE));
        }
    }

    @Test
    void t14_inboundRelayEarly_closesTheCircuit() throws Exception {
        List<ScriptedCircuit> seen = new ArrayList<>();
        relays.add(new RelayScript() {
            @Override
            public void onCircuit(ScriptedCircuit circuit) {
                seen.add(circuit);
            }
        });
        try (Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR, 4, 1, 2)) {
            relays.onLoop(() -> {
                seen.get(0).sendCell(Direction.BACKWARD, CellCommand.RELAY_EARLY, new byte[CellFrame.CELL_BODY_LEN]);
                return true;
            });
            assertThat(MemoryRelays.get(circuit.closed()).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
        }
    }

    static IntStream positions() {
        return IntStream.of(0, 1, 2, 3, 5, 9, 11, 100, 508);
    }

    /** A byte changed by the middle relay in a cell to the client. */
    @ParameterizedTest
    @MethodSource("positions")
    void t15_taggedCell_closesTheCircuit(int position) throws Exception {
        boolean[] armed = {false};
        relays.add(new RelayScript() {
            @Override
            public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
                if (armed[0] && direction == Direction.BACKWARD && command == CellCommand.RELAY.wire()) {
                    armed[0] = false;
                    body[offset + position] ^= 4;
                }
                return true;
            }
        });
        relays.serve("a.example", 80, wire -> {});
        try (Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR, 0, 4, 2)) {
            relays.onLoop(() -> armed[0] = true);
            circuit.openStream(Begin.to("a.example", 80, 0));
            assertThat(MemoryRelays.get(circuit.closed()).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
        }
    }

    @Test
    void t15_droppedAndRepeatedCells_closeTheCircuit() throws Exception {
        for (boolean repeat : ImmutableList.of(true, false)) {
            boolean[] armed = {false};
            int index = relays.count();
            relays.add(new RelayScript() {
                @Override
                public boolean onCell(
                        ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
                    boolean now = armed[0] && direction == Direction.BACKWARD;
                    if (now) {
                        armed[0] = false;
                        if (repeat) {
                            circuit.sendCell(
                                    Direction.BACKWARD,
                                    CellCommand.RELAY,
                                    java.util.Arrays.copyOfRange(body, offset, offset + CellFrame.CELL_BODY_LEN));
                        }
                    }
                    return !now || repeat;
                }
            });
            relays.serve("b" + index + ".example", 80, wire -> {});
            try (Circuit circuit = relays.circuit(HopTarget.Handshake.NTOR, 0, index, 2)) {
                relays.onLoop(() -> armed[0] = true);
                String host = "b" + index + ".example";
                circuit.openStream(Begin.to(host, 80, 0));
                if (!repeat) { // the lack of a cell shows at the next one
                    circuit.openStream(Begin.to(host, 80, 0));
                }
                assertThat(MemoryRelays.get(circuit.closed()).kind()).isEqualTo(CircuitException.Kind.PROTOCOL);
            }
        }
    }
}
