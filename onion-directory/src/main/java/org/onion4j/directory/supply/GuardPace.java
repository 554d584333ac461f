package org.onion4j.directory.supply;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.channel.ChannelException;
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
    private final LaunchPace pace; // guarded by the lock

    GuardPace(RandomSource random, Ticker ticker) {
        this.ticker = ticker;
        this.pace = new LaunchPace(random);
    }

    /** Begins one more circuit now, which is so if this is zero; else how long to wait before asking again. */
    Duration launch() {
        lock.lock();
        try {
            long now = ticker.read();
            long wait = pace.waitNanos(now);
            if (wait == 0) {
                pace.launched(now);
            }
            return Duration.ofNanos(wait);
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
        lock.lock();
        try {
            pace.reset();
        } finally {
            lock.unlock();
        }
    }
}
