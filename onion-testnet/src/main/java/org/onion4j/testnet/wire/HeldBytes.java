package org.onion4j.testnet.wire;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.onion4j.crypto.random.RandomSource;

/**
 * One direction of a wire whose bytes are held up: each piece has its time. Not for more than one thread.
 */
final class HeldBytes {
    /** Pieces are no larger where bandwidth is limited. */
    private static final int PIECE_BYTES = 4096;

    private final RandomSource random;
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    private int size;
    private long last; // the time of the latest piece: bytes don't overtake each other

    HeldBytes(RandomSource random) {
        this.random = random;
    }

    /** Bytes, or something that happens behind them. */
    static final class Piece {
        private static final byte[] NONE = {};

        private final long due;
        private final byte[] bytes;
        private final Runnable event;

        Piece(long due, byte[] bytes, Runnable event) {
            this.due = due;
            this.bytes = bytes;
            this.event = event;
        }

        long due() {
            return due;
        }

        /** Empty where there is an event. */
        byte[] bytes() {
            return bytes;
        }

        /** Null where there are bytes. */
        Runnable event() {
            return event;
        }
    }

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    int size() {
        return size;
    }

    /** Holds a copy of the bytes under the conditions. */
    void add(byte[] bytes, int offset, int length, Conditions conditions, long now) {
        long arrival = now + delay(conditions);
        int step = conditions.limiters().isEmpty() ? length : PIECE_BYTES;
        for (int done = 0; done < length; done += step) {
            int part = Math.min(step, length - done);
            long due = arrival;
            for (Limiter limiter : conditions.limiters()) {
                due = Math.max(due, limiter.pass(part, now) + conditions.delayNanos());
            }
            put(due, Arrays.copyOfRange(bytes, offset + done, offset + done + part), null);
        }
        size += length;
    }

    /** Holds something back that happens behind the bytes. */
    void add(Runnable event, Conditions conditions, long now) {
        put(now + delay(conditions), Piece.NONE, event);
    }

    private long delay(Conditions conditions) {
        long jitter = conditions.jitterNanos();
        return conditions.delayNanos() + (jitter > 0 ? random.nextLong(jitter + 1) : 0);
    }

    private void put(long due, byte[] bytes, Runnable event) {
        last = Math.max(last, due);
        pieces.add(new Piece(last, bytes, event));
    }

    /** The next piece that is due; null if there is none. */
    Piece poll(long now) {
        if (pieces.isEmpty() || pieces.peek().due() > now) {
            return null;
        }
        Piece piece = pieces.poll();
        size -= piece.bytes().length;
        return piece;
    }

    /** When the next piece is due; there must be one. */
    long nextDue() {
        return pieces.peek().due();
    }

    void clear() {
        pieces.clear();
        size = 0;
    }
}
