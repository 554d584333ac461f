package org.onion4j.crypto.pow;

import java.util.Optional;

/**
 * A program of HashX: 512 instructions on eight registers of 64 bits. Immutable.
 */
final class HashXProgram {
    /** Number of instructions. */
    static final int SIZE = 512;
    /** Number of registers. */
    static final int REGISTERS = 8;

    private final Operation[] operations;
    private final byte[] destinations;
    private final byte[] sources;
    private final int[] constants;

    /** Takes the arrays over. */
    HashXProgram(Operation[] operations, byte[] destinations, byte[] sources, int[] constants) {
        this.operations = operations;
        this.destinations = destinations;
        this.sources = sources;
        this.constants = constants;
    }

    /** The program that the keys choose; about one choice in 35,000 has none. */
    static Optional<HashXProgram> generate(HashXKeys keys) {
        return new ProgramGenerator(new ProgramRandom(keys)).generate();
    }

    Operation operation(int index) {
        return operations[index];
    }

    /** The register that an instruction changes; -1 without one. */
    int destination(int index) {
        return destinations[index];
    }

    /** The register that it reads; -1 without one. */
    int source(int index) {
        return sources[index];
    }

    /** Its constant, if it has one: shift, number of bits, value to be sign-extended, or mask of a branch. */
    int constant(int index) {
        return constants[index];
    }
}
