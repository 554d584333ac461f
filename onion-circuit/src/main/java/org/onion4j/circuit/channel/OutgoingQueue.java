package org.onion4j.circuit.channel;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.onion4j.circuit.runtime.MemoryAccount;

/**
 * The fixed-length cells that wait for a channel's writer: a ring of whole cells in wire form, bounded. Senders of data
 * first take room, waiting for it if they must, and only then encrypt and put, so that no encrypted cell is ever
 * dropped. Cells that answer the peer or close a circuit don't wait; should their number reach the hard bound, the peer
 * has stopped reading and {@link #put} says so.
 *
 * <p>Threading: any thread; guarded by its own lock, the innermost one of all.
 */
final class OutgoingQueue {
    /** Cells of data that may wait: what the writer sends in about four TLS records. */
    static final int DATA_CELLS = 128;
    /** Cells that may wait before those that the application causes, one by one, stay where they are. */
    static final int UNASKED_CELLS = 1024;
    /** Cells of all kinds that may wait before the channel is given up. */
    static final int HARD_CELLS = 4096;

    private final int cellLen;
    private final MemoryAccount account;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition room = lock.newCondition();
    private byte[] ring; // grows with the cells that don't wait for room
    private int capacityCells = DATA_CELLS;
    private int head; // index of the first cell
    private int count;
    private int reserved; // room taken, not yet put
    private long total; // cells put so far
    private long taken; // cells taken by the writer so far
    private boolean writerWaits;
    private boolean closed;
    private final List<Runnable> waitingForRoom = new ArrayList<>();

    OutgoingQueue(int cellLen, MemoryAccount account) {
        this.cellLen = cellLen;
        this.account = account;
        this.ring = new byte[DATA_CELLS * cellLen];
        account.hold(ring.length);
    }

    /**
     * Takes room for one cell, waiting for it up to {@code nanos} nanoseconds.
     *
     * @param givenUp whether nobody wants the room any more; {@link #recheckWaiting} must follow when that changes
     * @return false if the time is over, the room isn't wanted or the queue has been closed
     */
    boolean reserve(long nanos, BooleanSupplier givenUp) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (count + reserved >= DATA_CELLS && !closed) {
                if (left <= 0 || givenUp.getAsBoolean()) {
                    return false;
                }
                wakeWriterLocked(); // else nobody might make room
                left = room.awaitNanos(left);
            }
            if (closed) {
                return false;
            }
            reserved++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Lets those who wait for room look whether they still want it. */
    void recheckWaiting() {
        lock.lock();
        try {
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Gives back room that {@link #reserve} took. */
    void unreserve() {
        lock.lock();
        try {
            reserved--;
            room.signal();
        } finally {
            lock.unlock();
        }
    }

    /** When the writer hears of a cell. */
    enum Wake {
        NOW,
        LATER
    }

    /** Wakes the writer if cells wait for it. */
    void wakeWriter() {
        lock.lock();
        try {
            wakeWriterLocked();
        } finally {
            lock.unlock();
        }
    }

    private void wakeWriterLocked() {
        if (writerWaits && count > 0) {
            notEmpty.signal();
        }
    }

    /** Whether a cell had room taken for it before. */
    enum Room {
        RESERVED,
        NONE
    }

    /** What became of a cell. */
    enum Fate {
        QUEUED,
        /** Nothing is queued any more. */
        CLOSED,
        /** As many cells wait as may. */
        FULL
    }

    /**
     * Appends one cell: 4 bytes of circuit ID, the command, and the body, which is copied.
     *
     * @param wake whether to wake the writer now, or to leave that to {@link #wakeWriter}
     */
    Fate put(int circuitId, int command, byte[] body, int offset, Room how, Wake wake) {
        lock.lock();
        try {
            if (how == Room.RESERVED) {
                reserved--;
            }
            if (closed) {
                return Fate.CLOSED;
            }
            if (count >= HARD_CELLS) {
                return Fate.FULL;
            }
            if (count == capacityCells) {
                resize(capacityCells * 2);
            }
            int at = ((head + count) % capacityCells) * cellLen;
            ring[at] = (byte) (circuitId >>> 24);
            ring[at + 1] = (byte) (circuitId >>> 16);
            ring[at + 2] = (byte) (circuitId >>> 8);
            ring[at + 3] = (byte) circuitId;
            ring[at + 4] = (byte) command;
            System.arraycopy(body, offset, ring, at + 5, cellLen - 5);
            count++;
            total++;
            account.onPut(1);
            if (writerWaits && wake == Wake.NOW) {
                notEmpty.signal();
            }
            return Fate.QUEUED;
        } finally {
            lock.unlock();
        }
    }

    /** Whether a cell that could wait elsewhere may be put without room taken for it. */
    boolean isCalm() {
        lock.lock();
        try {
            return count < UNASKED_CELLS;
        } finally {
            lock.unlock();
        }
    }

    /** Lets the writer run a task, once, when few cells wait: see {@link #takeWaitingForRoom}. */
    void whenRoom(Runnable task) {
        lock.lock();
        try {
            if (!closed) {
                waitingForRoom.add(task);
                notEmpty.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The tasks of {@link #whenRoom} that are to run now. */
    ImmutableList<Runnable> takeWaitingForRoom() {
        lock.lock();
        try {
            if (waitingForRoom.isEmpty() || count >= DATA_CELLS) {
                return ImmutableList.of();
            }
            ImmutableList<Runnable> tasks = ImmutableList.copyOf(waitingForRoom);
            waitingForRoom.clear();
            return tasks;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves cells into the writer's buffer, waiting for the first up to {@code nanos} nanoseconds.
     *
     * @return how many bytes; 0 if the time is over or a task of {@link #whenRoom} is to run; -1 if the queue is closed
     *     and empty
     */
    int take(byte[] target, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (count == 0) {
                if (closed) {
                    return -1;
                }
                if (left <= 0 || !waitingForRoom.isEmpty()) {
                    return 0;
                }
                writerWaits = true;
                try {
                    left = notEmpty.awaitNanos(left);
                } finally {
                    writerWaits = false;
                }
            }
            int cells = Math.min(count, target.length / cellLen);
            int first = Math.min(cells, capacityCells - head);
            System.arraycopy(ring, head * cellLen, target, 0, first * cellLen);
            System.arraycopy(ring, 0, target, first * cellLen, (cells - first) * cellLen);
            head = (head + cells) % capacityCells;
            count -= cells;
            taken += cells;
            account.onTaken(cells);
            if (count == 0 && capacityCells > DATA_CELLS) {
                resize(DATA_CELLS); // a burst has passed
            }
            for (int i = 0; i < cells; i++) {
                room.signal();
            }
            return cells * cellLen;
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #take} would return at once, or has done so since {@link #taken} was that. */
    boolean hasNews(long takenBefore) {
        lock.lock();
        try {
            return count > 0 || taken != takenBefore || closed || !waitingForRoom.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How many cells the writer has taken so far. */
    long taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes of cells wait. */
    int queuedBytes() {
        lock.lock();
        try {
            return count * cellLen;
        } finally {
            lock.unlock();
        }
    }

    /** How many cells have been put so far. */
    long total() {
        lock.lock();
        try {
            return total;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the writer has nothing to do. */
    boolean isDrained() {
        lock.lock();
        try {
            return count == 0 && writerWaits;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more cells; what waits can still be taken by the writer. Wakes everybody. */
    void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Drops what waits: nobody will take it. */
    void discard() {
        lock.lock();
        try {
            closed = true;
            count = 0;
            waitingForRoom.clear();
            account.release();
            notEmpty.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void resize(int cells) {
        byte[] other = new byte[cells * cellLen];
        int first = Math.min(count, capacityCells - head);
        System.arraycopy(ring, head * cellLen, other, 0, first * cellLen);
        System.arraycopy(ring, 0, other, first * cellLen, (count - first) * cellLen);
        ring = other;
        capacityCells = cells;
        head = 0;
        account.hold(ring.length);
    }

    /** Nanoseconds that stand for no limit. */
    static long forever() {
        return TimeUnit.DAYS.toNanos(365);
    }
}
