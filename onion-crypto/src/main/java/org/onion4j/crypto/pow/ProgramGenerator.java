package org.onion4j.crypto.pow;

import java.util.Arrays;
import java.util.Optional;

/**
 * Draws a program of HashX, instruction by instruction, as it would run on a processor with three ports: so that each
 * program takes the same effort. For one use by one thread. Spec: the design of HashX; the constants are those of
 * proposal 327's reference.
 */
final class ProgramGenerator {
    /** Kinds of slots: multiplication, target, any simple one, wide multiplication, branch. */
    private static final String PATTERN = "MTAMAAMAAMAAWAAMAAMBAMAAWAAMAAMAAMAA";

    private static final Operation[] SIMPLE = {
        Operation.ROTATE,
        Operation.XOR_CONSTANT,
        Operation.ADD_CONSTANT,
        Operation.ADD_CONSTANT,
        Operation.SUB,
        Operation.XOR,
        Operation.XOR_CONSTANT,
        Operation.ADD_SHIFTED
    };
    private static final int SIMPLE_MASK = 7;
    /** The first of {@link #SIMPLE} need no source. */
    private static final int SIMPLE_MASK_AGAIN = 3;

    private static final int MULTIPLICATIONS = 192;
    private static final int LAST_RESULT = 194;
    private static final int SLOTS_PER_CYCLE = 3;
    /** Which register no shifted addition may change. */
    private static final int NOT_FOR_SHIFTED = 5;

    private static final int BRANCH_BITS = 4;
    private static final int NO_GROUP = -1;
    private static final int NO_PARAMETER = -1; // all ones

    private final ProgramRandom random;
    private final Schedule schedule = new Schedule();
    private final int[] readyAt = new int[HashXProgram.REGISTERS];
    private final int[] lastGroup = new int[HashXProgram.REGISTERS];
    private final int[] lastParameter = new int[HashXProgram.REGISTERS];
    private final int[] candidates = new int[HashXProgram.REGISTERS];

    private final Operation[] operations = new Operation[HashXProgram.SIZE];
    private final byte[] destinations = new byte[HashXProgram.SIZE];
    private final byte[] sources = new byte[HashXProgram.SIZE];
    private final int[] constants = new int[HashXProgram.SIZE];

    // The instruction that is being drawn.
    private Operation operation;
    private int constant;
    private int parameter;
    private int source;
    private int destination;

    ProgramGenerator(ProgramRandom random) {
        this.random = random;
        Arrays.fill(lastGroup, NO_GROUP);
        Arrays.fill(lastParameter, NO_PARAMETER);
    }

    Optional<HashXProgram> generate() {
        int slot = 0;
        int attempt = 0;
        int formerGroup = NO_GROUP;
        int size = 0;
        int multiplications = 0;
        int lastResult = 0;
        while (size < HashXProgram.SIZE) {
            draw(PATTERN.charAt(slot % PATTERN.length()), formerGroup, attempt);
            formerGroup = operation.group;
            int cycle = schedule.find(operation, slot / SLOTS_PER_CYCLE);
            if (cycle < 0) {
                break;
            }
            if (!chooseRegisters(cycle, attempt)) {
                if (attempt == 0) {
                    attempt = 1;
                } else {
                    attempt = 0;
                    slot += SLOTS_PER_CYCLE;
                }
                continue;
            }
            attempt = 0;
            schedule.book(operation, cycle);
            if (cycle >= Schedule.LAST_CYCLE) {
                break;
            }
            if (operation.hasDestination()) {
                readyAt[destination] = cycle + operation.latency;
                lastGroup[destination] = operation.group;
                lastParameter[destination] = parameter;
                lastResult = Math.max(lastResult, readyAt[destination]);
            }
            operations[size] = operation;
            destinations[size] = (byte) destination;
            sources[size] = (byte) source;
            constants[size] = constant;
            size++;
            multiplications += operation.isMultiplication() ? 1 : 0;
            slot += operation.secondPorts == Operation.Ports.NONE ? 1 : 2;
        }
        return size == HashXProgram.SIZE && multiplications == MULTIPLICATIONS && lastResult == LAST_RESULT
                ? Optional.of(new HashXProgram(operations, destinations, sources, constants))
                : Optional.empty();
    }

    private void draw(char kind, int formerGroup, int attempt) {
        operation = drawOperation(kind, formerGroup, attempt);
        constant = drawConstant();
        // Of a wide multiplication it is drawn, of one with two registers it becomes the source.
        parameter = operation.operands == Operation.Operands.WIDE ? random.nextInt() : NO_PARAMETER;
        source = -1;
        destination = -1;
    }

    private Operation drawOperation(char kind, int formerGroup, int attempt) {
        return switch (kind) {
            case 'M' -> Operation.MUL;
            case 'T' -> Operation.TARGET;
            case 'B' -> Operation.BRANCH;
            case 'W' -> (random.nextByte() & 1) == 0 ? Operation.SMULH : Operation.UMULH;
            default -> drawSimple(formerGroup, attempt);
        };
    }

    private Operation drawSimple(int formerGroup, int attempt) {
        Operation drawn;
        do {
            drawn = SIMPLE[random.nextByte() & (attempt > 0 ? SIMPLE_MASK_AGAIN : SIMPLE_MASK)];
        } while (drawn.group == formerGroup);
        return drawn;
    }

    private int drawConstant() {
        return switch (operation) {
            case ADD_SHIFTED -> random.nextInt() & 3;
            case ROTATE -> drawNonZero(63);
            case ADD_CONSTANT, XOR_CONSTANT -> drawNonZero(-1);
            case BRANCH -> drawMask();
            default -> 0;
        };
    }

    private int drawMask() {
        int mask = 0;
        while (Integer.bitCount(mask) < BRANCH_BITS) {
            mask |= 1 << (random.nextByte() % Integer.SIZE);
        }
        return mask;
    }

    private int drawNonZero(int mask) {
        int drawn;
        do {
            drawn = random.nextInt() & mask;
        } while (drawn == 0);
        return drawn;
    }

    private boolean chooseRegisters(int cycle, int attempt) {
        if (operation.hasSource() && !chooseSource(cycle)) {
            return false;
        }
        return !operation.hasDestination() || chooseDestination(cycle, attempt);
    }

    private boolean chooseSource(int cycle) {
        int count = 0;
        for (int register = 0; register < HashXProgram.REGISTERS; register++) {
            if (readyAt[register] <= cycle) {
                candidates[count++] = register;
            }
        }
        if (count == 0) {
            return false;
        }
        boolean onlyAsSource = operation == Operation.ADD_SHIFTED
                && count == 2
                && (candidates[0] == NOT_FOR_SHIFTED || candidates[1] == NOT_FOR_SHIFTED);
        source = onlyAsSource ? NOT_FOR_SHIFTED : candidates[random.nextChoice(count)];
        if (operation.operands == Operation.Operands.REGISTERS) {
            parameter = source;
        }
        return true;
    }

    private boolean chooseDestination(int cycle, int attempt) {
        int count = 0;
        for (int register = 0; register < HashXProgram.REGISTERS; register++) {
            if (readyAt[register] <= cycle && mayChange(register, attempt)) {
                candidates[count++] = register;
            }
        }
        if (count == 0) {
            return false;
        }
        destination = candidates[random.nextChoice(count)];
        return true;
    }

    private boolean mayChange(int register, int attempt) {
        if (register == source && operation.operands != Operation.Operands.WIDE) {
            return false;
        }
        if (operation == Operation.MUL && lastGroup[register] == Operation.MUL.group && attempt == 0) {
            return false;
        }
        if (operation == Operation.ADD_SHIFTED && register == NOT_FOR_SHIFTED) {
            return false;
        }
        return lastGroup[register] != operation.group || lastParameter[register] != parameter;
    }
}
