package org.onion4j.testnet.relay;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.message.RelayBody;
import org.onion4j.circuit.message.RelayCommand;
import org.onion4j.circuit.message.RelayMessage;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.RandomSource;

/** What a {@link RelayScript} may do to one circuit. On the relay's loop; arrays stay the caller's. */
public final class ScriptedCircuit {
    private final RelayCircuit circuit;
    private final RelayCore core;
    private final Map<String, RandomSource> chances = new HashMap<>(2);

    ScriptedCircuit(RelayCircuit circuit, RelayCore core) {
        this.circuit = circuit;
        this.core = core;
    }

    /** Whether it is closed: then nothing has an effect any more. */
    public boolean isClosed() {
        return circuit.isClosed();
    }

    /** Whether it ends at this relay, so far. */
    public boolean endsHere() {
        return circuit.endsHere();
    }

    /** Its number in {@link RelayObservations}. */
    public long number() {
        return circuit.trace().number();
    }

    /** Who is on the client's side. */
    public LinkPeer previous() {
        return circuit.previousLink().peer();
    }

    /** Chance that is the same for the same seed and circuit number, however many circuits come and go beside it. */
    public RandomSource random() {
        return chance("");
    }

    /**
     * The same for what comes by in one direction, however much comes by in the other: which of them is first is up to
     * threads.
     */
    public RandomSource random(Direction direction) {
        return chance(direction.name());
    }

    private RandomSource chance(String of) {
        return chances.computeIfAbsent(of, name -> core.chance(number() + name));
    }

    /** Does something later. */
    public void later(Duration delay, Runnable task) {
        core.loop().schedule(task, delay);
    }

    /** Sends a cell as it is. */
    public void sendCell(Direction direction, CellCommand command, byte[] body) {
        checkArgument(body.length == CellFrame.CELL_BODY_LEN, "a body of %s bytes", body.length);
        circuit.sendRaw(direction, command.wire(), body);
    }

    /** Sends a message of this relay to the client, well authenticated, whatever the windows say. */
    public void send(int streamId, RelayMessage message) {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayBody.encode(message, streamId, core.padding(), body, 0);
        circuit.originate(body);
    }

    /** The same with any command and any data that fits. */
    public void send(int streamId, RelayCommand command, Bytes data) {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        RelayBody.encode(command, streamId, data.toArray(), 0, data.size(), core.padding(), body, 0);
        circuit.originate(body);
    }

    /** The same with a body that may say anything; its recognized field should be zero, its digest is filled in. */
    public void sendBody(byte[] body) {
        checkArgument(body.length == CellFrame.CELL_BODY_LEN, "a body of %s bytes", body.length);
        circuit.originate(body.clone());
    }

    /** Sends bytes to the client that no hop's layer fits: what a relay does that guesses. */
    public void sendGarbage() {
        circuit.sendRaw(
                Direction.BACKWARD, CellCommand.RELAY.wire(), chance("garbage").bytes(CellFrame.CELL_BODY_LEN));
    }

    /** Closes the circuit on both sides. */
    public void close(DestroyReason reason) {
        circuit.close(reason);
    }
}
