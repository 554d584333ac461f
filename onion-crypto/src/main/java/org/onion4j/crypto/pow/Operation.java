package org.onion4j.crypto.pow;

/**
 * The instructions of HashX, with what the generator knows of each: how long it takes on the processor that it imagines,
 * on which of its ports, and what kind of operands it has. Spec: the design of HashX ("program generation").
 */
enum Operation {
    UMULH(4, Ports.P1, Ports.P5, Operands.WIDE, 0),
    SMULH(4, Ports.P1, Ports.P5, Operands.WIDE, 1),
    MUL(3, Ports.P1, Ports.NONE, Operands.REGISTERS, 2),
    SUB(1, Ports.ANY, Ports.NONE, Operands.REGISTERS, 3),
    XOR(1, Ports.ANY, Ports.NONE, Operands.REGISTERS, 4),
    /** Adds the source times 1, 2, 4 or 8: counts as the same as a subtraction. */
    ADD_SHIFTED(1, Ports.P0 | Ports.P1, Ports.NONE, Operands.REGISTERS, 3),
    ROTATE(1, Ports.P0 | Ports.P5, Ports.NONE, Operands.CONSTANT, 5),
    ADD_CONSTANT(1, Ports.ANY, Ports.NONE, Operands.CONSTANT, 6),
    XOR_CONSTANT(1, Ports.ANY, Ports.NONE, Operands.CONSTANT, 7),
    /** Where the next branch goes to. */
    TARGET(1, Ports.ANY, Ports.ANY, Operands.NONE, 8),
    BRANCH(1, Ports.ANY, Ports.ANY, Operands.NONE, 9);

    /** Ports of the imagined processor, as bits. */
    static final class Ports {
        static final int NONE = 0;
        static final int P0 = 1;
        static final int P1 = 2;
        static final int P5 = 4;
        static final int ANY = P0 | P1 | P5;

        private Ports() {}
    }

    /** What it works on. */
    enum Operands {
        /** Two registers, which may be the same. */
        WIDE,
        /** Two different registers. */
        REGISTERS,
        /** A register and a constant. */
        CONSTANT,
        NONE
    }

    final int latency;
    final int firstPorts;
    final int secondPorts;
    final Operands operands;
    /** Operations of one group don't follow each other on a register with the same parameter. */
    final int group;

    Operation(int latency, int firstPorts, int secondPorts, Operands operands, int group) {
        this.latency = latency;
        this.firstPorts = firstPorts;
        this.secondPorts = secondPorts;
        this.operands = operands;
        this.group = group;
    }

    boolean isMultiplication() {
        return this == UMULH || this == SMULH || this == MUL;
    }

    boolean hasSource() {
        return operands == Operands.WIDE || operands == Operands.REGISTERS;
    }

    boolean hasDestination() {
        return operands != Operands.NONE;
    }
}
