package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.testnet.loop.NetworkTime;

/**
 * The time of a {@link TestNetwork} and of its clients. It goes on like real time, or stands still if the network was made
 * so, until a test moves it: an hour of votes, consensuses, guard rotation and timeouts then passes in milliseconds.
 *
 * <p>Threading: any thread; one at a time moves the time.
 */
public final class TestTime {
    /** How long, in real time, one move waits in all for parts that never have nothing to do. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long LOOK_AGAIN_NANOS = 50_000;

    private final NetworkTime time;
    private final ReentrantLock moving = new ReentrantLock();
    private final Condition never = moving.newCondition();

    TestTime(NetworkTime time) {
        this.time = time;
    }

    /** What time it is in the network. */
    public Instant now() {
        return time.now();
    }

    /** The network's clock, for what a test runs beside it. */
    public Clock clock() {
        return time.clock();
    }

    /**
     * Lets time pass, for the network and its clients together: goes from one timer to the next in order, lets everything
     * run that is due, and goes on when there is nothing left to do at that moment. Threads of the application itself are not
     * waited for. Where something never comes to rest, such as a download that goes on all the time, the time is moved on
     * regardless after a few seconds.
     *
     * @throws IllegalArgumentException if it is negative
     * @throws InterruptedException if the calling thread is interrupted; part of the time may have passed
     */
    public void advance(Duration by) throws InterruptedException {
        checkArgument(!by.isNegative(), "time doesn't go back");
        moving.lockInterruptibly();
        try {
            long patience = System.nanoTime() + PATIENCE.toNanos();
            awaitQuiet(patience);
            long target = time.nanos() + by.toNanos();
            while (true) {
                OptionalLong next = time.nextDeadlineNanos();
                if (!next.isPresent() || next.getAsLong() > target) {
                    break;
                }
                time.advanceTo(next.getAsLong());
                awaitQuiet(patience);
            }
            time.advanceTo(target);
            awaitQuiet(patience);
        } finally {
            moving.unlock();
        }
    }

    /**
     * Waits until there is nothing to do in the network and its clients at this moment, without moving the time.
     *
     * @return false if that has not come in the given real time
     */
    public boolean settle(Duration limit) throws InterruptedException {
        moving.lockInterruptibly();
        try {
            return awaitQuiet(System.nanoTime() + limit.toNanos());
        } finally {
            moving.unlock();
        }
    }

    /** Asks again and again, since those who could tell are many and busy; gives the processor away in between. */
    private boolean awaitQuiet(long untilNanos) throws InterruptedException {
        while (!time.isQuiet()) {
            if (System.nanoTime() - untilNanos > 0) {
                return false;
            }
            if (never.await(LOOK_AGAIN_NANOS, TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("nobody signals this");
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return time.toString();
    }
}
