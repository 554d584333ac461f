package org.onion4j.testnet.link;

import org.onion4j.circuit.cell.CellCommand;
import org.onion4j.circuit.cell.CellFrame;

/**
 * Cuts the bytes that arrive on a link into cells. It never holds more than what was given to it at once and the largest
 * cell there is. Not for more than one thread. Spec: tor-spec, "Cell Packet format".
 */
final class CellSplitter {
    private static final byte[] NONE = {};

    private byte[] held = NONE;
    private int start;
    private int end;
    private int circuitIdLen = CellFrame.INITIAL_CIRCID_LEN;

    private int cellStart;
    private int bodyOffset;
    private int bodyLength;
    private int circuitId;
    private int command;

    /** From the next cell on, circuit IDs have 4 bytes. */
    void useWideCircuitIds() {
        circuitIdLen = CellFrame.CIRCID_LEN;
    }

    /** Takes bytes, copying them. */
    void add(byte[] bytes, int offset, int length) {
        int have = end - start;
        if (start > 0 && held.length - end < length) {
            System.arraycopy(held, start, held, 0, have);
            start = 0;
            end = have;
        }
        if (held.length - end < length) {
            byte[] larger = new byte[Math.max(have + length, 2 * held.length)];
            System.arraycopy(held, start, larger, 0, have);
            held = larger;
            start = 0;
            end = have;
        }
        System.arraycopy(bytes, offset, held, end, length);
        end += length;
    }

    /** Moves on to the next cell; false if it isn't whole yet. The last one's bytes are no longer there. */
    boolean next() {
        int have = end - start;
        if (have == 0) {
            start = 0;
            end = 0;
        }
        if (have < circuitIdLen + 1) {
            return false;
        }
        int headerLen = circuitIdLen + 1;
        int length = CellFrame.CELL_BODY_LEN;
        int number = held[start + circuitIdLen] & 0xff;
        if (CellCommand.isVariableLength(number)) {
            headerLen += 2;
            if (have < headerLen) {
                return false;
            }
            length = (held[start + headerLen - 2] & 0xff) << 8 | (held[start + headerLen - 1] & 0xff);
        }
        if (have - headerLen < length) {
            return false;
        }
        cellStart = start;
        bodyOffset = start + headerLen;
        bodyLength = length;
        command = number;
        circuitId = 0;
        for (int i = 0; i < circuitIdLen; i++) {
            circuitId = circuitId << 8 | (held[cellStart + i] & 0xff);
        }
        start = bodyOffset + length;
        return true;
    }

    int circuitId() {
        return circuitId;
    }

    int command() {
        return command;
    }

    byte[] array() {
        return held;
    }

    /** Where the whole cell begins in {@link #array}. */
    int cellOffset() {
        return cellStart;
    }

    /** How many bytes the whole cell has. */
    int cellLength() {
        return bodyOffset + bodyLength - cellStart;
    }

    int bodyOffset() {
        return bodyOffset;
    }

    int bodyLength() {
        return bodyLength;
    }
}
