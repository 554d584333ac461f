package org.onion4j.circuit.runtime;

import java.io.IOException;
import java.io.InputStream;

/**
 * Reads from its source in large pieces and hands them out in those that are asked for: TLS reads a record's header and
 * its content apart. Threading: one thread reads.
 */
public abstract class GatheredInput extends InputStream {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int start;
    private int end;

    /** Looks, before each read, whether this may be read: false for the end, in spite of what has been gathered. */
    protected abstract boolean isReadable() throws IOException;

    /**
     * Gathers what is there, after waiting for it if need be.
     *
     * @return how many bytes it has put at the buffer's beginning; 0 or less at the end
     */
    protected abstract int gather(byte[] buffer) throws IOException;

    /** How many bytes have been gathered and not yet handed out. */
    protected final int gathered() {
        return end - start;
    }

    @Override
    public final int read() throws IOException {
        return fill() ? buffer[start++] & 0xff : -1;
    }

    @Override
    public final int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int taken = Math.min(length, end - start);
        System.arraycopy(buffer, start, target, offset, taken);
        start += taken;
        return taken;
    }

    /** Whether there is a byte, after waiting for one if need be. */
    private boolean fill() throws IOException {
        if (!isReadable()) {
            return false;
        }
        if (start < end) {
            return true;
        }
        start = 0;
        end = 0; // should gathering fail, nothing is handed out twice
        end = Math.max(0, gather(buffer));
        return end > 0;
    }
}
