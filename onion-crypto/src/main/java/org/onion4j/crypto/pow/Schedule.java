package org.onion4j.crypto.pow;

import org.onion4j.crypto.pow.Operation.Ports;

/** Which ports of the imagined processor are busy in which cycle. For one thread. */
final class Schedule {
    /** In which a program ends. */
    static final int LAST_CYCLE = 192;

    private static final int CYCLES = LAST_CYCLE + 4;
    private static final int[] ORDER = {Ports.P5, Ports.P0, Ports.P1};

    private final int[] busy = new int[CYCLES];

    /** The first cycle from the given one on in which the operation can begin; -1 if there is none. */
    int find(Operation operation, int from) {
        for (int cycle = Math.max(0, from); cycle < CYCLES; cycle++) {
            int first = choose(operation.firstPorts, busy[cycle]);
            if (first == Ports.NONE) {
                continue;
            }
            // Both halves are looked for as if the other weren't there: two of any port may want the same one.
            if (operation.secondPorts == Ports.NONE || choose(operation.secondPorts, busy[cycle]) != Ports.NONE) {
                return cycle;
            }
        }
        return -1;
    }

    /** Occupies the ports, for what {@link #find} found. */
    void book(Operation operation, int cycle) {
        bookOne(operation.firstPorts, cycle);
        if (operation.secondPorts != Ports.NONE) {
            bookOne(operation.secondPorts, cycle);
        }
    }

    private void bookOne(int ports, int from) {
        for (int cycle = from; cycle < CYCLES; cycle++) {
            int port = choose(ports, busy[cycle]);
            if (port != Ports.NONE) {
                busy[cycle] |= port;
                return;
            }
        }
    }

    private static int choose(int allowed, int busy) {
        for (int port : ORDER) {
            if ((allowed & ~busy & port) != 0) {
                return port;
            }
        }
        return Ports.NONE;
    }
}
