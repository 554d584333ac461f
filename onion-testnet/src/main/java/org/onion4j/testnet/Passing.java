package org.onion4j.testnet;

import java.util.Random;

/**
 * What comes by at a relay: a cell, or a message inside of one that the relay can read. A RELAY cell whose message is
 * for the relay comes twice, first as the cell and then as the message; one that only passes through comes as a cell alone.
 * For {@link Hostility}; a value, but for {@link #random}, which is for use within the call.
 */
public final class Passing {
    /** What it is. */
    public enum Kind {
        /**
         * A cell: RELAY or RELAY_EARLY, still encrypted; CREATED2 from the next relay; CREATED2 or CREATED_FAST of this relay
         * itself; DESTROY.
         */
        CELL,
        /** A relay message, in clear: to this relay if it goes forward, from this relay if it goes backward. */
        MESSAGE
    }

    private final Kind kind;
    private final SeenCircuit.Direction direction;
    private final String command;
    private final int streamId;
    private final byte[] data;
    private final Where where;
    private final Random random;

    /** On which circuit. */
    record Where(long circuit, SeenCircuit.Peer previous, boolean endsHere) {}

    Passing(
            Kind kind,
            SeenCircuit.Direction direction,
            String command,
            int streamId,
            byte[] data,
            Where where,
            Random random) {
        this.kind = kind;
        this.direction = direction;
        this.command = command;
        this.streamId = streamId;
        this.data = data;
        this.where = where;
        this.random = random;
    }

    /** Whether it is a cell or a message. */
    public Kind kind() {
        return kind;
    }

    /** Which way it goes. */
    public SeenCircuit.Direction direction() {
        return direction;
    }

    /** The command of the cell or of the message, as the specification names it. */
    public String command() {
        return command;
    }

    /** The stream of a message, 0 to 65535; 0 for the circuit itself and for cells. */
    public int streamId() {
        return streamId;
    }

    /** A copy of a cell's body, 509 bytes, of a message's data, up to 498 bytes, or of the one byte of DESTROY. */
    public byte[] data() {
        return data.clone();
    }

    /** The circuit's number at this relay, as {@link SeenCircuit#number} has it while the relay isn't killed. */
    public long circuit() {
        return where.circuit();
    }

    /** Who is on the client's side of the circuit. */
    public SeenCircuit.Peer previous() {
        return where.previous();
    }

    /** Whether the circuit ends at this relay, so far. */
    public boolean endsHere() {
        return where.endsHere();
    }

    /** Whether it is a message of this relay to the client, with this command. */
    public boolean isFromRelay(String wanted) {
        return kind == Kind.MESSAGE && direction == SeenCircuit.Direction.BACKWARD && command.equals(wanted);
    }

    /** Whether it is a message of the client to this relay, with this command. */
    public boolean isFromClient(String wanted) {
        return kind == Kind.MESSAGE && direction == SeenCircuit.Direction.FORWARD && command.equals(wanted);
    }

    /**
     * Chance that follows from the network's seed, the relay, the number of the circuit there, and how many cells and
     * messages have come by on that circuit in this direction.
     */
    public Random random() {
        return random;
    }

    @Override
    public String toString() {
        return (direction == SeenCircuit.Direction.FORWARD ? "> " : "< ")
                + (kind == Kind.CELL ? "cell " : "")
                + command
                + (streamId == 0 ? "" : " on stream " + streamId)
                + " of " + data.length + " bytes on circuit " + where.circuit();
    }
}
