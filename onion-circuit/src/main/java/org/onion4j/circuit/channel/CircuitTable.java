package org.onion4j.circuit.channel;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;

/**
 * Which handler takes the cells of which circuit ID: an immutable table, replaced as a whole when a circuit comes or
 * goes, so that the reader looks up without a lock and without making an object.
 */
final class CircuitTable {
    static final CircuitTable EMPTY = new CircuitTable(new int[0], new CellHandler[0]);

    private final int[] ids; // ascending
    private final CellHandler[] handlers;

    private CircuitTable(int[] ids, CellHandler[] handlers) {
        this.ids = ids;
        this.handlers = handlers;
    }

    int size() {
        return ids.length;
    }

    boolean contains(int id) {
        return Arrays.binarySearch(ids, id) >= 0;
    }

    /** The handler of the circuit, or null where there is no such circuit: called for every cell. */
    CellHandler get(int id) {
        int at = Arrays.binarySearch(ids, id);
        return at < 0 ? null : handlers[at];
    }

    CircuitTable with(int id, CellHandler handler) {
        int at = -Arrays.binarySearch(ids, id) - 1;
        int[] newIds = new int[ids.length + 1];
        CellHandler[] newHandlers = new CellHandler[ids.length + 1];
        System.arraycopy(ids, 0, newIds, 0, at);
        System.arraycopy(handlers, 0, newHandlers, 0, at);
        newIds[at] = id;
        newHandlers[at] = handler;
        System.arraycopy(ids, at, newIds, at + 1, ids.length - at);
        System.arraycopy(handlers, at, newHandlers, at + 1, ids.length - at);
        return new CircuitTable(newIds, newHandlers);
    }

    CircuitTable without(int id) {
        int at = Arrays.binarySearch(ids, id);
        if (at < 0) {
            return this;
        }
        int[] newIds = new int[ids.length - 1];
        CellHandler[] newHandlers = new CellHandler[ids.length - 1];
        System.arraycopy(ids, 0, newIds, 0, at);
        System.arraycopy(handlers, 0, newHandlers, 0, at);
        System.arraycopy(ids, at + 1, newIds, at, newIds.length - at);
        System.arraycopy(handlers, at + 1, newHandlers, at, newIds.length - at);
        return new CircuitTable(newIds, newHandlers);
    }

    ImmutableList<CellHandler> handlers() {
        return ImmutableList.copyOf(handlers);
    }
}
