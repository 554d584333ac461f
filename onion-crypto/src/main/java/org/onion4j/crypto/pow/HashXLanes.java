package org.onion4j.crypto.pow;

import java.util.Arrays;

/**
 * Runs a program of HashX on many inputs at once, each in a lane of its own: instruction by instruction over all lanes,
 * which costs the choice of the instruction once for them all and lets the virtual machine use vector instructions.
 *
 * <p>A branch is taken by a lane where its mask has no bit in common with the lane's last wide product, once in a run at
 * most. Between the target and the branch there is little: such a lane goes through that once more by itself, and has
 * then caught up with the others.
 *
 * <p>For one thread at a time.
 */
final class HashXLanes {
    private static final long LOW_HALF = 0xffffffffL;

    private final int count;
    private final long[][] registers;
    private final int[] products; // the low half of each lane's last wide product
    private final boolean[] branched;

    HashXLanes(int count) {
        this.count = count;
        this.registers = new long[HashXProgram.REGISTERS][count];
        this.products = new int[count];
        this.branched = new boolean[count];
    }

    int count() {
        return count;
    }

    /** Sets four registers of a lane. */
    void set(int lane, int register, SipState values) {
        registers[register][lane] = values.v0;
        registers[register + 1][lane] = values.v1;
        registers[register + 2][lane] = values.v2;
        registers[register + 3][lane] = values.v3;
    }

    /** Four registers of a lane. */
    SipState get(int lane, int register) {
        return new SipState(
                registers[register][lane],
                registers[register + 1][lane],
                registers[register + 2][lane],
                registers[register + 3][lane]);
    }

    /** Runs the program on what the registers hold. */
    void run(HashXProgram program) {
        Arrays.fill(products, 0);
        Arrays.fill(branched, false);
        int target = 0;
        for (int i = 0; i < HashXProgram.SIZE; i++) {
            switch (program.operation(i)) {
                case TARGET -> target = i;
                case BRANCH -> branch(program, target, i);
                default -> step(program, i, 0, count);
            }
        }
    }

    private void branch(HashXProgram program, int target, int branch) {
        int mask = program.constant(branch);
        for (int lane = 0; lane < count; lane++) {
            if (!branched[lane] && (products[lane] & mask) == 0) {
                branched[lane] = true;
                for (int i = target + 1; i < branch; i++) {
                    step(program, i, lane, lane + 1);
                }
            }
        }
    }

    /** One instruction that is neither target nor branch, in the lanes of a range; those two do nothing. */
    private void step(HashXProgram program, int index, int from, int to) {
        int source = program.source(index);
        int destination = program.destination(index);
        if (destination < 0) {
            return;
        }
        long[] d = registers[destination];
        long[] s = registers[Math.max(0, source)];
        int constant = program.constant(index);
        switch (program.operation(index)) {
            case UMULH -> unsignedHigh(d, s, from, to);
            case SMULH -> signedHigh(d, s, from, to);
            case MUL -> multiply(d, s, from, to);
            case SUB -> subtract(d, s, from, to);
            case XOR -> xor(d, s, from, to);
            case ADD_SHIFTED -> addShifted(d, s, constant, from, to);
            case ROTATE -> rotate(d, constant, from, to);
            case ADD_CONSTANT -> addConstant(d, constant, from, to);
            case XOR_CONSTANT -> xorConstant(d, constant, from, to);
            case TARGET, BRANCH -> throw new IllegalStateException("without a destination");
        }
    }

    private static void multiply(long[] d, long[] s, int from, int to) {
        for (int i = from; i < to; i++) {
            d[i] *= s[i];
        }
    }

    private static void subtract(long[] d, long[] s, int from, int to) {
        for (int i = from; i < to; i++) {
            d[i] -= s[i];
        }
    }

    private static void xor(long[] d, long[] s, int from, int to) {
        for (int i = from; i < to; i++) {
            d[i] ^= s[i];
        }
    }

    private static void addShifted(long[] d, long[] s, int bits, int from, int to) {
        for (int i = from; i < to; i++) {
            d[i] += s[i] << bits;
        }
    }

    private static void rotate(long[] d, int bits, int from, int to) {
        for (int i = from; i < to; i++) {
            d[i] = (d[i] >>> bits) | (d[i] << -bits);
        }
    }

    private static void addConstant(long[] d, long constant, int from, int to) {
        for (int i = from; i < to; i++) {
            d[i] += constant;
        }
    }

    private static void xorConstant(long[] d, long constant, int from, int to) {
        for (int i = from; i < to; i++) {
            d[i] ^= constant;
        }
    }

    private void unsignedHigh(long[] d, long[] s, int from, int to) {
        for (int i = from; i < to; i++) {
            d[i] = unsignedHigh(d[i], s[i]);
            products[i] = (int) d[i];
        }
    }

    private void signedHigh(long[] d, long[] s, int from, int to) {
        for (int i = from; i < to; i++) {
            long a = d[i];
            long b = s[i];
            d[i] = unsignedHigh(a, b) - ((a >> 63) & b) - ((b >> 63) & a);
            products[i] = (int) d[i];
        }
    }

    /** The upper half of a product of 128 bits: Math.multiplyHigh, which Android has from API 31 only. */
    static long unsignedHigh(long a, long b) {
        long aLow = a & LOW_HALF;
        long aHigh = a >>> Integer.SIZE;
        long bLow = b & LOW_HALF;
        long bHigh = b >>> Integer.SIZE;
        long middle = aHigh * bLow + ((aLow * bLow) >>> Integer.SIZE);
        long other = aLow * bHigh + (middle & LOW_HALF);
        return aHigh * bHigh + (middle >>> Integer.SIZE) + (other >>> Integer.SIZE);
    }
}
