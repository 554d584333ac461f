package org.onion4j.crypto.primitive;

import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;

/** A {@link KeyExpansion} whose output comes in numbered blocks, at most 255 or 256 of them. */
abstract class BlockExpansion implements KeyExpansion {
    private final int lastCounter;
    private int counter;
    private byte[] block = new byte[0];
    private int used;
    private boolean closed;

    /** Blocks are numbered from {@code firstCounter} to {@code lastCounter}. */
    BlockExpansion(int firstCounter, int lastCounter) {
        this.counter = firstCounter;
        this.lastCounter = lastCounter;
    }

    /** A new array with the block of that number; {@code previous} is the one before it, or empty. */
    abstract byte[] block(int number, byte[] previous);

    /** Wipes what the blocks are made from. */
    abstract void wipe();

    @Override
    public final void fill(byte[] target) {
        checkState(!closed, "the key material has been wiped");
        int done = 0;
        while (done < target.length) {
            if (used == block.length) {
                checkState(counter <= lastCounter, "the key derivation cannot give that many bytes");
                byte[] next = block(counter++, block);
                Arrays.fill(block, (byte) 0);
                block = next;
                used = 0;
            }
            int now = Math.min(block.length - used, target.length - done);
            System.arraycopy(block, used, target, done, now);
            used += now;
            done += now;
        }
    }

    @Override
    public final void close() {
        closed = true;
        Arrays.fill(block, (byte) 0);
        wipe();
    }
}
