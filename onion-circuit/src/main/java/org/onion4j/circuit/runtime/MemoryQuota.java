package org.onion4j.circuit.runtime;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One bound on the memory in which all channels and streams of a client keep what waits: for the application to read it,
 * or for a relay. Flow control bounds each stream, and each channel's queue has a bound, but not how many of them there
 * are. Where they come to more than the limit together, the buffer whose data has waited longest is given up, with the
 * circuit (or, for a queue, the channel) that it belongs to; then the next one, until the rest fits.
 *
 * <p>What counts is the memory that buffers take, empty ones included, so that the count changes only when a buffer
 * grows or is given back, not with each cell. Giving up happens on the scheduler a moment after the limit was passed.
 *
 * <p>Threading: any thread. {@link MemoryAccount} says which of its methods are guarded by whom.
 */
public final class MemoryQuota {
    private static final Logger log = LoggerFactory.getLogger(MemoryQuota.class);

    /** The application needs most of its heap for itself. */
    private static final int DEFAULT_SHARE_OF_HEAP = 4;
    /** Some 700 full streams that nobody reads: more is no use of the network that anybody wants, but a leak or an attack. */
    private static final long MAX_DEFAULT_BYTES = 256L * 1024 * 1024;

    /** To whom a buffer belongs. Its methods are called on the scheduler, without any lock, and must not block. */
    public interface Owner {
        /** Gives back the memory of the buffer if it is empty. */
        void trim();

        /** Gives back the memory of the buffer and drops what is in it, and closes what was to carry it. */
        void giveUp();
    }

    private final long limitBytes;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final AtomicLong heldBytes = new AtomicLong();
    private final Set<MemoryAccount> accounts = ConcurrentHashMap.newKeySet(); // those that hold anything
    private final AtomicBoolean reclaiming = new AtomicBoolean(); // scheduled

    /** A quota of so many bytes; where there is more, the scheduler gives buffers up, by the ticker's time. */
    public MemoryQuota(long limitBytes, Ticker ticker, Scheduler scheduler) {
        checkArgument(limitBytes > 0, "limit of %s bytes", limitBytes);
        this.limitBytes = limitBytes;
        this.ticker = ticker;
        this.scheduler = scheduler;
    }

    /** A quota that suits most applications: a quarter of the largest heap that the JVM may have, 256 MiB at most. */
    public static MemoryQuota ofHeap(Ticker ticker, Scheduler scheduler) {
        long share = Runtime.getRuntime().maxMemory() / DEFAULT_SHARE_OF_HEAP;
        return new MemoryQuota(Math.min(share, MAX_DEFAULT_BYTES), ticker, scheduler);
    }

    public long limitBytes() {
        return limitBytes;
    }

    /** How much memory all buffers take now, in bytes. */
    public long heldBytes() {
        return heldBytes.get();
    }

    /** An account for one buffer, which holds nothing yet. */
    public MemoryAccount newAccount(Owner owner) {
        return new MemoryAccount(this, owner, ticker);
    }

    void onChange(MemoryAccount account, int before, int after) {
        if (before == 0) {
            accounts.add(account);
        } else if (after == 0) {
            accounts.remove(account);
        }
        if (heldBytes.addAndGet((long) after - before) > limitBytes && reclaiming.compareAndSet(false, true)) {
            scheduler.schedule(this::reclaim, Duration.ZERO);
        }
    }

    private void reclaim() {
        reclaiming.set(false); // first: whoever goes beyond the limit from now on asks anew
        if (heldBytes.get() <= limitBytes) {
            return;
        }
        accounts.forEach(account -> account.owner().trim());
        Set<MemoryAccount> tried = new HashSet<>();
        while (heldBytes.get() > limitBytes) {
            MemoryAccount oldest = oldest(tried);
            if (oldest == null) {
                return; // what is left is not data
            }
            tried.add(oldest);
            log.debug("buffers hold {} bytes, {} may be: giving up the oldest", heldBytes, limitBytes);
            oldest.owner().giveUp();
        }
    }

    private MemoryAccount oldest(Set<MemoryAccount> tried) {
        MemoryAccount oldest = null;
        for (MemoryAccount account : accounts) {
            if (account.isWaiting()
                    && !tried.contains(account)
                    && (oldest == null || account.waitingSinceNanos() - oldest.waitingSinceNanos() < 0)) {
                oldest = account;
            }
        }
        return oldest;
    }
}
