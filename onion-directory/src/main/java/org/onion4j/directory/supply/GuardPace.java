package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.random.RandomSource;

/**
 * Holds circuits for onion services back while no guard lets us in: whoever refuses all our connections, or destroys each
 * circuit at birth, must not drive us through one guard after the other within seconds. As soon as one first hop has
 * answered, nothing is held back.
 *
 * <p>Threading: any thread.
 */
final class GuardPace {
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();
    private final LaunchPace pace; // guarded by the lock, as what follows
    private final Set<Runnable> heldBack = new LinkedHashSet<>();
    private final Scheduler scheduler;

    /** @param scheduler begins what has been held back */
    GuardPace(RandomSource random, Ticker ticker, Scheduler scheduler) {
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.pace = new LaunchPace(random);
    }

    /**
     * Begins one more circuit now, which is so if this is zero; else how long to wait before asking again.
     *
     * @param sooner runs if there is no more reason to wait, unless it is {@linkplain #forget forgotten} before
     */
    Duration launch(Runnable sooner) {
        lock.lock();
        try {
            long now = ticker.read();
            long wait = pace.waitNanos(now);
            if (wait == 0) {
                pace.launched(now);
            } else {
                heldBack.add(sooner);
            }
            return Duration.ofNanos(wait);
        } finally {
            lock.unlock();
        }
    }

    /** It waits no more. */
    void forget(Runnable sooner) {
        lock.lock();
        try {
            heldBack.remove(sooner);
        } finally {
            lock.unlock();
        }
    }

    /** A circuit came to nothing, and its first hop had not answered. */
    void failed(Throwable why) {
        lock.lock();
        try {
            if (why instanceof ChannelException) {
                pace.lostWithChannel(ticker.read(), Optional.of(why));
            } else {
                pace.failed(ticker.read());
            }
        } finally {
            lock.unlock();
        }
    }

    /** A first hop has answered, or it was another network in which none did. */
    void reset() {
        List<Runnable> free;
        lock.lock();
        try {
            pace.reset();
            free = ImmutableList.copyOf(heldBack);
            heldBack.clear();
        } finally {
            lock.unlock();
        }
        free.forEach(task -> scheduler.schedule(task, Duration.ZERO)); // not on a channel's reader
    }
}
