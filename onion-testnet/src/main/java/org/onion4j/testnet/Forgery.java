package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import java.util.function.Consumer;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.testnet.relay.Direction;
import org.onion4j.testnet.relay.ScriptedCircuit;

/**
 * Something that a hostile relay sends on a circuit though no honest one would: for {@link Reaction}. Whatever the windows
 * say, and without effect on a circuit that is closed. Immutable: any thread.
 */
public final class Forgery {
    /** Size in bytes of a cell's body. */
    public static final int BODY_LEN = CellFrame.CELL_BODY_LEN;
    /** The most bytes of data in a message. */
    public static final int MAX_DATA_LEN = RelayBody.MAX_DATA_LEN;

    private static final int COMMANDS = 256;

    private final String name;
    private final Consumer<ScriptedCircuit> sending;

    private Forgery(String name, Consumer<ScriptedCircuit> sending) {
        this.name = name;
        this.sending = sending;
    }

    /**
     * A message of this relay to the client, well authenticated.
     *
     * @param command as the specification names it, or a number from 0 to 255
     * @param streamId 0 to 65535; 0 for the circuit itself
     * @param data up to {@link #MAX_DATA_LEN} bytes
     * @throws IllegalArgumentException if there is no such command, or something is out of range
     */
    public static Forgery message(String command, int streamId, byte[] data) {
        RelayCommand known = relayCommand(command);
        checkArgument(streamId >= 0 && streamId <= 0xffff, "stream ID %s", streamId);
        checkNotNull(data, "data");
        checkArgument(data.length <= MAX_DATA_LEN, "%s bytes of data", data.length);
        Bytes copy = Bytes.copyOf(data);
        return new Forgery(known.toString(), circuit -> circuit.send(streamId, known, copy));
    }

    /**
     * The whole inside of a RELAY cell of this relay to the client, in clear: command 1, zero 2, stream ID 2, digest 4 (which
     * is filled in), length 2, data, padding. Lengths may lie.
     *
     * @param body {@link #BODY_LEN} bytes
     */
    public static Forgery body(byte[] body) {
        byte[] copy = checked(body);
        return new Forgery("RELAY", circuit -> circuit.sendBody(copy));
    }

    /** A RELAY cell to the client that seems to come from no hop, as one with a wrong digest or key does. */
    public static Forgery unrecognised() {
        return new Forgery("RELAY of no hop", ScriptedCircuit::sendGarbage);
    }

    /**
     * A cell as it is.
     *
     * @param direction to the client's side or to the next relay, if there is one
     * @param command as the specification names it, or a number from 0 to 255
     * @param body {@link #BODY_LEN} bytes
     * @throws IllegalArgumentException if there is no such command, or the length is wrong
     */
    public static Forgery cell(SeenCircuit.Direction direction, String command, byte[] body) {
        checkNotNull(direction, "direction");
        CellCommand known = cellCommand(command);
        checkArgument(!known.isVariableLength(), "%s cells are of links, not of circuits", known);
        Direction way = direction == SeenCircuit.Direction.FORWARD ? Direction.FORWARD : Direction.BACKWARD;
        byte[] copy = checked(body);
        return new Forgery(known.toString(), circuit -> circuit.sendCell(way, known, copy));
    }

    /**
     * The end of the circuit: DESTROY to both sides.
     *
     * @param reason 0 to 255
     */
    public static Forgery destroy(int reason) {
        DestroyReason known = DestroyReason.ofWire(reason);
        return new Forgery("DESTROY", circuit -> circuit.close(known));
    }

    void send(ScriptedCircuit circuit) {
        sending.accept(circuit);
    }

    private static byte[] checked(byte[] body) {
        checkNotNull(body, "body");
        checkArgument(body.length == BODY_LEN, "a body of %s bytes", body.length);
        return body.clone();
    }

    private static RelayCommand relayCommand(String name) {
        checkNotNull(name, "command");
        for (int number = 0; number < COMMANDS; number++) {
            RelayCommand one = RelayCommand.ofWire(number);
            if (one.toString().equals(name) || Integer.toString(number).equals(name)) {
                return one;
            }
        }
        throw new IllegalArgumentException("no relay message is called " + name);
    }

    private static CellCommand cellCommand(String name) {
        checkNotNull(name, "command");
        for (int number = 0; number < COMMANDS; number++) {
            CellCommand one = CellCommand.ofWire(number);
            if (one.toString().equals(name) || Integer.toString(number).equals(name)) {
                return one;
            }
        }
        throw new IllegalArgumentException("no cell is called " + name);
    }

    @Override
    public String toString() {
        return name;
    }
}
