package org.onion4j.testnet.relay;

import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.DestroyReason;

/**
 * How a relay departs from the protocol. Each method sees something that happens on a circuit, may change it in place,
 * and says whether the relay goes on with it as an honest one does; what is to be added is said through the
 * {@link ScriptedCircuit}, on which nothing calls back into the script. On the relay's loop, so a script must not block;
 * what is chance in it comes from {@link ScriptedCircuit#random}, so that it is the same for the same seed.
 *
 * <p>A body is always {@link CellFrame#CELL_BODY_LEN} bytes, from {@code offset} where there is one, else from 0.
 */
public interface RelayScript {
    /** Changes nothing. */
    RelayScript HONEST = new RelayScript() {};

    /** A circuit has come to this relay; the answer to its CREATE2 or CREATE_FAST is the next cell backward. */
    default void onCircuit(ScriptedCircuit circuit) {}

    /**
     * A cell of a circuit: RELAY, RELAY_EARLY, CREATED2 as they arrive, and the CREATED2 or CREATED_FAST of this relay
     * itself as it leaves.
     *
     * @param direction that the cell goes
     * @return false to drop it
     */
    default boolean onCell(ScriptedCircuit circuit, Direction direction, int command, byte[] body, int offset) {
        return true;
    }

    /**
     * A message that is addressed to this relay, decrypted.
     *
     * @return false if the relay is not to act on it
     */
    default boolean onMessage(ScriptedCircuit circuit, byte[] body) {
        return true;
    }

    /**
     * A message of this relay to the client, before it is authenticated and encrypted.
     *
     * @return false to drop it
     */
    default boolean onSend(ScriptedCircuit circuit, byte[] body) {
        return true;
    }

    /**
     * A cell with a message of this relay to the client, authenticated and encrypted, as it leaves.
     *
     * @return false to lose it: the relay believes that it has been sent
     */
    default boolean onOriginated(ScriptedCircuit circuit, byte[] body) {
        return true;
    }

    /**
     * A DESTROY has arrived; the leg that it came on is gone.
     *
     * @param direction that it went
     * @return false to keep the rest of the circuit
     */
    default boolean onDestroy(ScriptedCircuit circuit, Direction direction, DestroyReason reason) {
        return true;
    }
}
