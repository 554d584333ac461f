package org.onion4j.testnet.fault;

import java.util.Set;
import java.util.TreeSet;
import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.testnet.relay.Direction;
import org.onion4j.testnet.relay.RelayScript;
import org.onion4j.testnet.relay.ScriptedCircuit;

/**
 * Loses or changes single relay cells that pass through a relay or come from it, chosen by number, and leaves the rest to
 * another script. On the relay's loop.
 */
public final class CellFaults implements RelayScript {
    private final RandomSource random;
    private final Set<Long> drops = new TreeSet<>();
    private final Set<Long> corruptions = new TreeSet<>();
    private RelayScript next = RelayScript.HONEST;
    private long cells;

    /** @param random decides which byte of a cell is changed, and to what */
    public CellFaults(RandomSource random) {
        this.random = random;
    }

    /** Loses the k-th relay cell from now on, of all circuits and both directions; 1 for the next. */
    public void drop(long k) {
        drops.add(cells + k);
    }

    /** Changes a byte of the k-th relay cell from now on, of all circuits and both directions; 1 for the next. */
    public void corrupt(long k) {
        corruptions.add(cells + k);
    }

    /** What else the relay does wrong. */
    public void then(RelayScript script) {
        next = script;
    }

    /** Ends everything that is wrong. */
    public void heal() {
        drops.clear();
        corruptions.clear();
        next = RelayScript.HONEST;
    }

    @Override
    public void onCircuit(ScriptedCircuit circuit) {
        next.onCircuit(circuit);
    }

    @Override
    public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
        if (command == CellCommand.RELAY.wire() || command == CellCommand.RELAY_EARLY.wire()) {
            if (!passes(body, offset)) {
                return false;
            }
        }
        return next.onCell(circuit, direction, command, body, offset);
    }

    /** Counts a cell, and does to it what its number is for. */
    private boolean passes(byte[] body, int offset) {
        cells++;
        if (drops.remove(cells)) {
            return false;
        }
        if (corruptions.remove(cells)) {
            body[offset + random.nextInt(CellFrame.CELL_BODY_LEN)] ^= (byte) (1 + random.nextInt(255));
        }
        return true;
    }

    @Override
    public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
        return next.onMessage(circuit, body);
    }

    @Override
    public boolean onSend(ScriptedCircuit circuit, byte[] body) {
        return next.onSend(circuit, body);
    }

    @Override
    public boolean onOriginated(ScriptedCircuit circuit, byte[] body) {
        return passes(body, 0) && next.onOriginated(circuit, body);
    }

    @Override
    public boolean onDestroy(ScriptedCircuit circuit, Direction direction, DestroyReason reason) {
        return next.onDestroy(circuit, direction, reason);
    }
}
