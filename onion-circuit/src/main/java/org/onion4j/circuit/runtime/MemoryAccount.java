package org.onion4j.circuit.runtime;

import com.google.common.base.Ticker;

/**
 * What one buffer holds of a {@link MemoryQuota}, and since when the oldest data in it has waited, as far as that can be
 * told by looking at the clock once in a while.
 *
 * <p>Threading: guarded by the lock of the buffer, but for what the quota asks.
 */
public final class MemoryAccount {
    private final MemoryQuota quota;
    private final MemoryQuota.Owner owner;
    private final Ticker ticker;
    private int heldBytes;
    private long put; // units of data so far
    private long taken;
    private long mark; // what came before this unit came before markNanos, the rest later
    private long markNanos;
    private volatile boolean waiting;
    private volatile long waitingSinceNanos; // or a bit earlier

    MemoryAccount(MemoryQuota quota, MemoryQuota.Owner owner, Ticker ticker) {
        this.quota = quota;
        this.owner = owner;
        this.ticker = ticker;
    }

    /** The buffer takes so many bytes of memory now, whatever is in it. */
    public void hold(int bytes) {
        int before = heldBytes;
        if (bytes != before) {
            heldBytes = bytes;
            quota.onChange(this, before, bytes);
        }
    }

    /** Some units of data were put into the buffer. */
    public void onPut(int units) {
        if (put == taken) {
            long now = ticker.read();
            mark = put + units;
            markNanos = now;
            waitingSinceNanos = now;
            waiting = true;
        }
        put += units;
    }

    /** The oldest units of data were taken out of the buffer. */
    public void onTaken(int units) {
        taken += units;
        if (taken == put) {
            waiting = false;
        } else if (taken >= mark) {
            waitingSinceNanos = markNanos;
            mark = put;
            markNanos = ticker.read();
        }
    }

    /** Nothing is in the buffer any more, and it takes no memory. */
    public void release() {
        onTaken((int) (put - taken));
        hold(0);
    }

    MemoryQuota.Owner owner() {
        return owner;
    }

    /** Any thread: whether data waits. */
    boolean isWaiting() {
        return waiting;
    }

    /** Any thread: since when it waits, by the ticker. */
    long waitingSinceNanos() {
        return waitingSinceNanos;
    }
}
