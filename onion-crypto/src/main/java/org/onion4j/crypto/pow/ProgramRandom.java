package org.onion4j.crypto.pow;

/**
 * The choices of the program generator: SipHash of a counter. Bytes and words of 32 bits are taken from separate
 * outputs, the highest part first. For one thread.
 */
final class ProgramRandom {
    private final HashXKeys keys;
    private long counter;
    private long bytes;
    private int bytesLeft;
    private long ints;
    private int intsLeft;

    ProgramRandom(HashXKeys keys) {
        this.keys = keys;
    }

    /** The next output as a whole. */
    long next() {
        SipState state = new SipState(
                keys.word(HashXKeys.PROGRAM),
                keys.word(HashXKeys.PROGRAM + 1),
                keys.word(HashXKeys.PROGRAM + 2),
                keys.word(HashXKeys.PROGRAM + 3) ^ counter);
        state.rounds(1);
        state.v0 ^= counter;
        state.v2 ^= 0xff;
        state.rounds(3);
        counter++;
        return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
    }

    /** 0 to 255. */
    int nextByte() {
        if (bytesLeft == 0) {
            bytes = next();
            bytesLeft = Long.BYTES;
        }
        bytesLeft--;
        return (int) (bytes >>> (Byte.SIZE * bytesLeft)) & 0xff;
    }

    /** 32 bits. */
    int nextInt() {
        if (intsLeft == 0) {
            ints = next();
            intsLeft = Long.SIZE / Integer.SIZE;
        }
        intsLeft--;
        return (int) (ints >>> (Integer.SIZE * intsLeft));
    }

    /** Below a bound; nothing is drawn if there is but one choice. */
    int nextChoice(int bound) {
        return bound == 1 ? 0 : Integer.remainderUnsigned(nextInt(), bound);
    }
}
