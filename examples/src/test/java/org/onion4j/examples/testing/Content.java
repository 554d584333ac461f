package org.onion4j.examples.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Bytes of any size that look random, are always the same for that size, and repeat nowhere, so that a block that is lost, doubled
 * or out of order changes their digest. (SplitMix64, started with the size.)
 */
public record Content(long size) {
    private static final int BLOCK_BYTES = 1 << 16;
    private static final long STEP = 0x9e3779b97f4a7c15L;

    public void writeTo(OutputStream out) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long state = size;
        for (long left = size; left > 0; left -= BLOCK_BYTES) {
            block.clear();
            while (block.hasRemaining()) {
                state += STEP;
                long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
                z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
                block.putLong(z ^ (z >>> 31));
            }
            out.write(block.array(), 0, (int) Math.min(left, BLOCK_BYTES));
        }
    }

    /** The SHA-256 of the bytes, in lower-case hex. */
    public String sha256() throws IOException {
        Digest digest = new Digest();
        writeTo(digest);
        return digest.hex();
    }

    /** Takes bytes and remembers only how many there were and their SHA-256. */
    public static final class Digest extends OutputStream {
        private final MessageDigest sha256;
        private long count;

        public Digest() {
            try {
                sha256 = MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JVM has SHA-256", e);
            }
        }

        @Override
        public void write(int b) {
            sha256.update((byte) b);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            sha256.update(bytes, offset, length);
            count += length;
        }

        public long count() {
            return count;
        }

        /** The digest, once all bytes are in. */
        public String hex() {
            return HexFormat.of().formatHex(sha256.digest());
        }
    }
}
