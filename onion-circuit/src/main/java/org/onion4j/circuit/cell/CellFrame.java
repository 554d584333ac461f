package org.onion4j.circuit.cell;

import static com.google.common.base.Preconditions.checkArgument;

import org.onion4j.crypto.bytes.WireWriter;

/**
 * Cells as they lie on a link of version 4 or later, where circuit IDs have 4 bytes. Spec: tor-spec, "Cell Packet
 * format".
 *
 * <pre>
 * fixed length      CircID 4 | Command 1 | Body 509
 * variable length   CircID 4 | Command 1 | Length 2 | Body Length
 * first VERSIONS    CircID 2 | Command 1 | Length 2 | Body Length
 * </pre>
 *
 * A circuit ID is 32 unsigned bits held in an int; its sign has no meaning.
 */
public final class CellFrame {
    /** Size in bytes of a circuit ID on links of version 4 or later. */
    public static final int CIRCID_LEN = 4;
    /** Size in bytes of a circuit ID before a version has been agreed on, thus in the first VERSIONS cell. */
    public static final int INITIAL_CIRCID_LEN = 2;
    /** Size in bytes of the body of a cell of fixed length. */
    public static final int CELL_BODY_LEN = 509;
    /** Size in bytes of what precedes the body of a cell of fixed length. */
    public static final int HEADER_LEN = CIRCID_LEN + 1;
    /** Size in bytes of a cell of fixed length. */
    public static final int CELL_LEN = HEADER_LEN + CELL_BODY_LEN;
    /** Size in bytes of what precedes the body of a cell of variable length. */
    public static final int VARIABLE_HEADER_LEN = HEADER_LEN + 2;
    /** Size in bytes of what precedes the body of the first VERSIONS cell. */
    public static final int INITIAL_HEADER_LEN = INITIAL_CIRCID_LEN + 3;
    /** The most bytes that the body of a cell of variable length can have. */
    public static final int MAX_VARIABLE_BODY_LEN = 0xffff;

    private CellFrame() {}

    /** The circuit ID of the cell at {@code offset}. */
    public static int circuitId(byte[] cell, int offset) {
        return (cell[offset] & 0xff) << 24
                | (cell[offset + 1] & 0xff) << 16
                | (cell[offset + 2] & 0xff) << 8
                | (cell[offset + 3] & 0xff);
    }

    /** The number of the command of the cell at {@code offset}. */
    public static int command(byte[] cell, int offset) {
        return cell[offset + CIRCID_LEN] & 0xff;
    }

    /** The length field of the cell of variable length at {@code offset}. */
    public static int variableBodyLength(byte[] cell, int offset) {
        return (cell[offset + HEADER_LEN] & 0xff) << 8 | (cell[offset + HEADER_LEN + 1] & 0xff);
    }

    /** Writes the {@link #HEADER_LEN} bytes before the body of a cell of fixed length. */
    public static void writeHeader(int circuitId, CellCommand command, byte[] target, int offset) {
        target[offset] = (byte) (circuitId >>> 24);
        target[offset + 1] = (byte) (circuitId >>> 16);
        target[offset + 2] = (byte) (circuitId >>> 8);
        target[offset + 3] = (byte) circuitId;
        target[offset + CIRCID_LEN] = (byte) command.wire();
    }

    /** A whole cell; a fixed length is reached by zero bytes after the message. */
    public static byte[] encode(int circuitId, ChannelMessage message) {
        WireWriter body = new WireWriter();
        message.encode(body);
        return encode(circuitId, message.command(), body.toArray());
    }

    /** A whole cell of any body; a fixed length is reached by zero bytes after it. */
    public static byte[] encode(int circuitId, CellCommand command, byte[] body) {
        boolean variable = command.isVariableLength();
        int max = variable ? MAX_VARIABLE_BODY_LEN : CELL_BODY_LEN;
        checkArgument(body.length <= max, "%s with a body of %s bytes", command, body.length);
        byte[] cell = new byte[variable ? VARIABLE_HEADER_LEN + body.length : CELL_LEN];
        writeHeader(circuitId, command, cell, 0);
        int bodyOffset = HEADER_LEN;
        if (variable) {
            cell[HEADER_LEN] = (byte) (body.length >>> 8);
            cell[HEADER_LEN + 1] = (byte) body.length;
            bodyOffset = VARIABLE_HEADER_LEN;
        }
        System.arraycopy(body, 0, cell, bodyOffset, body.length);
        return cell;
    }

    /** The VERSIONS cell that opens a link: on circuit 0, with a circuit ID of 2 bytes. */
    public static byte[] encodeInitial(Versions versions) {
        WireWriter body = new WireWriter();
        versions.encode(body);
        return new WireWriter()
                .u16(0)
                .u8(CellCommand.VERSIONS.wire())
                .u16(body.size())
                .bytes(body.toArray())
                .toArray();
    }
}
