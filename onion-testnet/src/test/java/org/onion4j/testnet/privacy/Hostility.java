package org.onion4j.testnet.privacy;

import com.google.common.net.InetAddresses;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.message.Data;
import org.onion4j.circuit.message.End;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.Truncated;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.testnet.relay.Direction;
import org.onion4j.testnet.relay.RelayScript;
import org.onion4j.testnet.relay.ScriptedCircuit;

/** How relays try to get clients to give themselves away. */
enum Hostility implements RelayScript {
    /** Says that it has connected to the client's own machine. */
    LYING_ABOUT_ADDRESSES {
        @Override
        public boolean onSend(ScriptedCircuit circuit, byte[] body) {
            if (!is(RelayCommand.CONNECTED, body)) {
                return true;
            }
            circuit.send(RelayBody.streamId(body, 0), Connected.to(InetAddresses.forString("127.0.0.1"), 60));
            return false;
        }
    },
    /** Puts cells of its own before some of those to the client. */
    FORGING_CELLS {
        @Override
        public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
            if (direction == Direction.BACKWARD && circuit.random().nextInt(20) == 0) {
                circuit.sendGarbage();
            }
            return true;
        }
    },
    /** Sends some cells to the client twice. */
    REPLAYING_CELLS {
        @Override
        public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
            if (direction == Direction.BACKWARD && command == CellCommand.RELAY.wire() && sometimes(circuit)) {
                byte[] copy = new byte[CellFrame.CELL_BODY_LEN];
                System.arraycopy(body, offset, copy, 0, copy.length);
                circuit.sendCell(direction, CellCommand.RELAY, copy);
            }
            return true;
        }
    },
    /** Lets nobody out, whatever its policy says: to see who comes back by another way. */
    REFUSING_STREAMS {
        @Override
        public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
            if (!is(RelayCommand.BEGIN, body)) {
                return true;
            }
            circuit.send(RelayBody.streamId(body, 0), End.of(EndReason.EXITPOLICY));
            return false;
        }
    },
    /** Cuts circuits off where they would go on: perhaps the client goes on from there. */
    TRUNCATING {
        @Override
        public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
            if (!is(RelayCommand.EXTEND2, body) || !sometimes(circuit)) {
                return true;
            }
            circuit.send(0, new Truncated(DestroyReason.CONNECTFAILED));
            return false;
        }
    },
    /** Ends circuits in use, to have new ones built. */
    DESTROYING {
        @Override
        public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
            if (sometimes(circuit)) {
                circuit.close(DestroyReason.RESOURCELIMIT);
                return false;
            }
            return true;
        }
    },
    /** Sends data on streams that there are not. */
    INVENTING_STREAMS {
        @Override
        public boolean onSend(ScriptedCircuit circuit, byte[] body) {
            if (is(RelayCommand.CONNECTED, body) && sometimes(circuit)) {
                circuit.send(1 + circuit.random().nextInt(65535), new Data(Bytes.copyOf(new byte[] {1})));
            }
            return true;
        }
    };

    private static boolean is(RelayCommand command, byte[] body) {
        return RelayBody.command(body, 0) == command.wire();
    }

    private static boolean sometimes(ScriptedCircuit circuit) {
        return circuit.random().nextInt(6) == 0;
    }
}
