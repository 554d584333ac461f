package org.onion4j.testnet.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.BeginDir;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.Drop;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.crypto.bytes.Bytes;

/** Relays that depart from the protocol, as their client sees it: each kind of departure that scripts are for. */
class RelayScriptTest {
    private final RelayKit kit = new RelayKit();

    private CellClient clientOf(RelayScript last) {
        kit.exits.names.put("a.example", ImmutableList.of(RelayKit.address(203, 0, 113, 7)));
        kit.add(RelayScript.HONEST);
        kit.add(RelayScript.HONEST);
        kit.add(last);
        CellClient client = kit.client(0, 1, 2);
        client.take();
        return client;
    }

    @Test
    void lyingAddress_inConnected() {
        CellClient client = clientOf(new RelayScript() {
            @Override
            public boolean onSend(ScriptedCircuit circuit, byte[] body) {
                if (RelayBody.command(body, 0) == RelayCommand.CONNECTED.wire()) {
                    circuit.send(RelayBody.streamId(body, 0), Connected.to(RelayKit.address(10, 0, 0, 1), 60));
                    return false;
                }
                return true;
            }
        });
        client.send(1, Begin.to("a.example", 80, 0));
        assertThat(client.received).hasSize(1);
        assertThat(client.last().message()).isEqualTo(Connected.to(RelayKit.address(10, 0, 0, 1), 60));
    }

    @Test
    void messageChangedInPlace_isAuthenticatedAsChanged() {
        CellClient client = clientOf(new RelayScript() {
            @Override
            public boolean onSend(ScriptedCircuit circuit, byte[] body) {
                body[0] = (byte) RelayCommand.END.wire();
                return true;
            }
        });
        client.send(1, Begin.to("a.example", 80, 0));
        assertThat(client.last().command()).isEqualTo(RelayCommand.END);
    }

    @Test
    void circuitClosed_whileADirectoryStreamOpens_closesIt() {
        kit.add(
                new RelayScript() {
                    @Override
                    public boolean onSend(ScriptedCircuit circuit, byte[] body) {
                        circuit.close(DestroyReason.INTERNAL);
                        return true;
                    }
                },
                ExitPolicy.REJECT_ALL,
                new EdgeStreamTest.EchoDirectory());
        CellClient client = kit.client(kit.relays.size() - 1);
        client.send(1, new BeginDir());
        assertThat(client.received).isEmpty();
        assertThat(client.destroyed).contains(DestroyReason.INTERNAL);
    }

    @Test
    void wrongDigest_isNotRecognised() {
        CellClient client = clientOf(new RelayScript() {
            @Override
            public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
                circuit.sendGarbage();
                return false;
            }
        });
        client.send(1, Begin.to("a.example", 80, 0));
        assertThat(client.unrecognised).isEqualTo(1);
        assertThat(client.received).isEmpty();
        assertThat(kit.exits.wires).isEmpty();
    }

    @Test
    void dataOnAStreamThatIsNotThere_andAFlood() {
        CellClient client = clientOf(new RelayScript() {
            @Override
            public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
                circuit.send(99, new Data(Bytes.copyOf((byte) 1)));
                for (int i = 0; i < 1000; i++) {
                    circuit.send(0, new Drop());
                }
                return true;
            }
        });
        client.send(1, Begin.to("a.example", 80, 0));
        assertThat(client.received).hasSize(1002);
        assertThat(client.received.get(0).streamId()).isEqualTo(99);
        assertThat(client.last().command()).isEqualTo(RelayCommand.CONNECTED);
    }

    @Test
    void secondCreated2_andReplayedHandshake() {
        List<byte[]> answers = new ArrayList<>();
        kit.add(new RelayScript() {
            @Override
            public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
                if (command == CellCommand.CREATED2.wire()) {
                    answers.add(body.clone());
                    circuit.sendCell(Direction.BACKWARD, CellCommand.CREATED2, answers.get(0));
                }
                return true;
            }
        });
        kit.add(RelayScript.HONEST);
        CellClient direct = kit.client(0); // finishes with the first answer of two
        assertThat(direct.length()).isEqualTo(1);
        CellClient through = kit.client(1);
        through.queue(
                0,
                0,
                new org.onion4j.circuit.message.Extend2(
                        kit.relay(0).specifiers(),
                        org.onion4j.circuit.cell.HandshakeType.NTOR,
                        through.ntor(kit.relay(0)).onionskin()),
                CellCommand.RELAY_EARLY);
        kit.loop.run();
        // A relay in between passes both on: the replayed answer first.
        assertThat(through.received)
                .extracting(CellClient.Received::command)
                .containsExactly(RelayCommand.EXTENDED2, RelayCommand.EXTENDED2);
        assertThat(through.received.get(0).data())
                .isNotEqualTo(through.received.get(1).data());
    }

    @Test
    void droppedCell_breaksTheCircuitBehind() {
        int[] count = {0};
        kit.add(RelayScript.HONEST);
        kit.add(new RelayScript() {
            @Override
            public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
                return direction == Direction.BACKWARD || command != CellCommand.RELAY.wire() || ++count[0] != 1;
            }
        });
        kit.add(RelayScript.HONEST);
        CellClient client = kit.client(0, 1, 2);
        client.take();
        client.send(1, Begin.to("a.example", 80, 0));
        assertThat(client.received).isEmpty();
        client.send(1, Begin.to("a.example", 80, 0));
        assertThat(client.destroyed).isPresent(); // the counters of the ciphers don't fit any more
    }

    @Test
    void destroyKeptBack_leavesTheCircuitOpen() {
        kit.add(RelayScript.HONEST);
        kit.add(new RelayScript() {
            @Override
            public boolean onDestroy(ScriptedCircuit circuit, Direction direction, DestroyReason reason) {
                return false;
            }
        });
        kit.add(RelayScript.HONEST);
        CellClient client = kit.client(0, 1, 2);
        client.destroy();
        assertThat(kit.relay(2).core.circuits()).hasSize(1);
    }

    @Test
    void inboundRelayEarly_isWhatAScriptCanSend_andRelaysRefuse() {
        kit.add(RelayScript.HONEST);
        kit.add(new RelayScript() {
            @Override
            public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
                circuit.sendCell(Direction.BACKWARD, CellCommand.RELAY_EARLY, new byte[CellFrame.CELL_BODY_LEN]);
                return false;
            }
        });
        CellClient client = kit.client(0, 1);
        client.send(0, new Drop());
        assertThat(client.destroyed).contains(DestroyReason.PROTOCOL);
    }

    @Test
    void sameSeed_sameChance() {
        List<Long> draws = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            RelayKit one = new RelayKit();
            one.add(new RelayScript() {
                @Override
                public void onCircuit(ScriptedCircuit circuit) {
                    draws.add(circuit.random().nextLong());
                }
            });
            one.client(0);
        }
        assertThat(draws.get(0)).isEqualTo(draws.get(1));
    }

    /** What the second of two circuits draws while something comes by in one direction. */
    private static long drawOfTheSecond(boolean othersDraw) {
        List<Long> draws = new ArrayList<>();
        RelayKit one = new RelayKit();
        one.add(new RelayScript() {
            @Override
            public void onCircuit(ScriptedCircuit circuit) {
                if (othersDraw) {
                    circuit.random(Direction.FORWARD).nextLong();
                }
                if (othersDraw || circuit.number() == 2) {
                    draws.add(circuit.random(Direction.BACKWARD).nextLong());
                }
            }
        });
        one.client(0);
        one.client(0);
        assertThat(draws).hasSize(othersDraw ? 2 : 1).doesNotHaveDuplicates();
        return draws.get(draws.size() - 1);
    }

    @Test
    void chance_isOneCircuitsAndOneDirectionsOwn() {
        assertThat(drawOfTheSecond(true)).isEqualTo(drawOfTheSecond(false));
    }
}
