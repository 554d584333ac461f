package org.onion4j.testnet.privacy;

import com.google.common.primitives.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.testnet.relay.Direction;
import org.onion4j.testnet.relay.RelayScript;
import org.onion4j.testnet.relay.ScriptedCircuit;

/**
 * Looks for a word in everything that passes through a relay's memory: cells as they come, and messages that it can read.
 * Beside that, the relay is what another script makes of it. Threading: on the relay's loop; findings are for any thread.
 */
final class Eavesdropper implements RelayScript {
    private final String relay;
    private final byte[] word;
    private final RelayScript rest;
    private final Queue<String> inCells = new ConcurrentLinkedQueue<>();
    private final Queue<String> inMessages = new ConcurrentLinkedQueue<>();

    Eavesdropper(String relay, String word, RelayScript rest) {
        this.relay = relay;
        this.word = word.getBytes(StandardCharsets.US_ASCII);
        this.rest = rest;
    }

    /** Where the word came by before this relay had taken a layer off, or at a relay that is not the last. */
    List<String> violations() {
        return List.copyOf(inCells);
    }

    /** How often the word was for this relay to read: at an exit. */
    int read() {
        return inMessages.size();
    }

    @Override
    public void onCircuit(ScriptedCircuit circuit) {
        rest.onCircuit(circuit);
    }

    @Override
    public boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
        if (Bytes.indexOf(body, word) >= 0) {
            inCells.add("a cell at " + relay + " can be read on its way " + direction);
        }
        return rest.onCell(circuit, direction, command, body, offset);
    }

    @Override
    public boolean onMessage(ScriptedCircuit circuit, byte[] body) {
        if (Bytes.indexOf(body, word) >= 0) {
            boolean last =
                    circuit.endsHere() && circuit.previous().rsaIdentity().isPresent();
            (last ? inMessages : inCells).add("a message for " + relay);
        }
        return rest.onMessage(circuit, body);
    }

    @Override
    public boolean onSend(ScriptedCircuit circuit, byte[] body) {
        return rest.onSend(circuit, body);
    }

    @Override
    public boolean onOriginated(ScriptedCircuit circuit, byte[] body) {
        if (Bytes.indexOf(body, word) >= 0) {
            inCells.add("a cell of " + relay + " can be read");
        }
        return rest.onOriginated(circuit, body);
    }

    @Override
    public boolean onDestroy(ScriptedCircuit circuit, Direction direction, DestroyReason reason) {
        return rest.onDestroy(circuit, direction, reason);
    }
}
