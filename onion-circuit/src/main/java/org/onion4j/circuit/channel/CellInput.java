package org.onion4j.circuit.channel;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Cuts the bytes of a link into cells, without copying them: a cursor over one fixed buffer that holds the largest cell
 * there can be. Spec: tor-spec, "Cell Packet format".
 *
 * <p>Threading: confined to the channel's reader thread.
 */
final class CellInput {
    private static final int COMMAND_VERSIONS = 7;
    private static final int FIRST_VARIABLE_COMMAND = 128;
    private static final int BODY_LEN = 509;
    private static final int MAX_HEADER_LEN = 7;
    private static final int BUFFER_BYTES = MAX_HEADER_LEN + 65535 + 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int start;
    private int end;
    private int circIdLen = 2; // until the versions have been exchanged

    private int cellStart;
    private int cellEnd;

    CellInput(InputStream in) {
        this.in = in;
    }

    /** From the next cell on, circuit IDs have 4 bytes: link protocol 4 or later has been agreed. */
    void useWideCircuitIds() {
        circIdLen = 4;
    }

    /**
     * Moves on to the next cell, reading if it isn't here yet.
     *
     * @return false if the link ended between two cells
     * @throws EOFException if it ended in the middle of one
     */
    boolean next() throws IOException {
        start = cellEnd;
        while (!locate()) {
            if (end - start > 0 && start > 0 && buffer.length - start < MAX_HEADER_LEN + 65535) {
                System.arraycopy(buffer, start, buffer, 0, end - start);
                end -= start;
                start = 0;
            } else if (end == start) {
                start = 0;
                end = 0;
            }
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                if (end > start) {
                    throw new EOFException("the link ended within a cell");
                }
                return false;
            }
            end += read;
        }
        return true;
    }

    /** Whether {@link #next} would return without reading. */
    boolean hasNext() {
        int current = start;
        int currentCell = cellStart;
        int currentEnd = cellEnd;
        start = cellEnd;
        boolean whole = locate();
        start = current;
        cellStart = currentCell;
        cellEnd = currentEnd;
        return whole;
    }

    int circuitId() {
        int id = 0;
        for (int i = 0; i < circIdLen; i++) {
            id = id << 8 | (buffer[cellStart + i] & 0xff);
        }
        return id;
    }

    /** The number of the cell's command. */
    int command() {
        return buffer[cellStart + circIdLen] & 0xff;
    }

    /** The buffer that holds the cell, until the next call of {@link #next}. */
    byte[] buffer() {
        return buffer;
    }

    /** Where the cell's body begins in the buffer. */
    int bodyOffset() {
        return cellStart + circIdLen + (isVariable(command()) ? 3 : 1);
    }

    /** How many bytes its body has: 509, or what a variable-length cell says. */
    int bodyLength() {
        return cellEnd - bodyOffset();
    }

    static boolean isVariable(int command) {
        return command == COMMAND_VERSIONS || command >= FIRST_VARIABLE_COMMAND;
    }

    /** Finds the bounds of the cell at {@link #start}, if all of it is here. */
    private boolean locate() {
        int available = end - start;
        int headerLen = circIdLen + 1;
        if (available < headerLen) {
            return false;
        }
        int length;
        if (isVariable(buffer[start + circIdLen] & 0xff)) {
            headerLen += 2;
            if (available < headerLen) {
                return false;
            }
            length = (buffer[start + headerLen - 2] & 0xff) << 8 | (buffer[start + headerLen - 1] & 0xff);
        } else {
            length = BODY_LEN;
        }
        if (available - headerLen < length) {
            return false;
        }
        cellStart = start;
        cellEnd = start + headerLen + length;
        return true;
    }
}
