package org.onion4j.testnet.relay;

import org.onion4j.circuit.cell.CellFrame;
import org.onion4j.circuit.cell.ChannelMessage;
import org.onion4j.circuit.cell.Destroy;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.crypto.bytes.WireWriter;

/** One side of a circuit at a relay: a link and the circuit's ID on it. On the relay's loop. */
final class CircuitLeg {
    final CellLink link;
    final int circuitId;
    final Direction arriving;
    private final CircuitEvents circuit;

    /** Cells sent since the link's queue was last empty: who fills a queue that never empties is found by it. */
    int cellsSinceDrained;

    /** What a circuit hears from its legs. */
    interface CircuitEvents {
        /** A CREATED2 or CREATED_FAST cell. */
        void onCreated(CircuitLeg leg, int command, byte[] body, int offset);

        /** A RELAY or RELAY_EARLY cell. */
        void onRelay(CircuitLeg leg, int command, byte[] body, int offset);

        /** The peer closed the circuit; the leg is off its link by now. */
        void onDestroy(CircuitLeg leg, DestroyReason reason);

        /** The link is gone. */
        void onLinkClosed(CircuitLeg leg);

        /** The link's queue grew beyond all bounds and this circuit is to blame. */
        void onOverflow(CircuitLeg leg);
    }

    /** @param arriving the direction of cells that arrive here: FORWARD on the client's side */
    CircuitLeg(CellLink link, int circuitId, Direction arriving, CircuitEvents circuit) {
        this.link = link;
        this.circuitId = circuitId;
        this.arriving = arriving;
        this.circuit = circuit;
    }

    CircuitEvents circuit() {
        return circuit;
    }

    /** Sends a cell with a body of 509 bytes. */
    void send(int command, byte[] body, int offset) {
        cellsSinceDrained++;
        link.send(this, command, body, offset);
    }

    /** Sends a cell that is an object. */
    void send(ChannelMessage message) {
        send(message.command().wire(), encode(message), 0);
    }

    /** A message as the body of a cell of fixed length. */
    static byte[] encode(ChannelMessage message) {
        byte[] body = new byte[CellFrame.CELL_BODY_LEN];
        message.encode(new WireWriter(body, 0, body.length));
        return body;
    }

    /** Takes the circuit off the link and says so to the peer. */
    void destroy(DestroyReason reason) {
        if (link.remove(this)) {
            send(new Destroy(reason));
        }
    }

    /** Whether the link's queue is so long that streams must wait. */
    boolean isCongested() {
        return link.isCongested();
    }
}
