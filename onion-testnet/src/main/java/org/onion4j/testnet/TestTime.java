package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ticker;
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
    /**
     * How long, in real time, one move waits for parts that never have nothing to do. It begins anew with each moment at
     * which all are quiet: a machine that is slow, or a move of many timers, must not use it up.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final long LOOK_AGAIN_NANOS = 50_000;

    private final NetworkTime time;
    private final Ticker real;
    private final ReentrantLock moving = new ReentrantLock();
    private final Condition never = moving.newCondition();

    TestTime(NetworkTime time) {
        this(time, Ticker.systemTicker());
    }

    /** @param real tells how long parts of the network have not been quiet */
    TestTime(NetworkTime time, Ticker real) {
        this.time = time;
        this.real = real;
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
     * regardless after 20 seconds of real time without a moment of rest.
     *
     * @throws IllegalArgumentException if it is negative
     * @throws InterruptedException if the calling thread is interrupted; part of the time may have passed
     */
    public void advance(Duration by) throws InterruptedException {
        checkArgument(!by.isNegative(), "time doesn't go back");
        moving.lockInterruptibly();
        try {
            long patience = awaitQuietOr(patience());
            long target = time.nanos() + by.toNanos();
            while (true) {
                OptionalLong next = time.nextDeadlineNanos();
                if (!next.isPresent() || next.getAsLong() > target) {
                    break;
                }
                time.advanceTo(next.getAsLong());
                patience = awaitQuietOr(patience);
            }
            time.advanceTo(target);
            awaitQuietOr(patience);
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
            return awaitQuiet(real.read() + limit.toNanos());
        } finally {
            moving.unlock();
        }
    }

    private long patience() {
        return real.read() + PATIENCE.toNanos();
    }

    /** Waits until all are quiet or patience ends; until when there is some from then on. */
    private long awaitQuietOr(long untilNanos) throws InterruptedException {
        return awaitQuiet(untilNanos) ? patience() : untilNanos;
    }

    /** Asks again and again, since those who could tell are many and busy; gives the processor away in between. */
    private boolean awaitQuiet(long untilNanos) throws InterruptedException {
        while (!time.isQuiet()) {
            if (real.read() - untilNanos > 0) {
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
