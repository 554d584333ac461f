package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.onion4j.testnet.loop.NetworkTime;

/**
 * The time of a {@link TestNetwork} and of its clients. It goes on like real time, or stands still if the network was made
 * so, until a test moves it: an hour of votes, consensuses, guard rotation and timeouts then passes in milliseconds.
 *
 * <p>Threading: any thread but the network's own, on which scripts of hostile relays run. Where several threads move the
 * time, each waits until those before it have done, and all of what they ask for passes.
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
    private final BooleanSupplier ended;
    private final ReentrantLock moving = new ReentrantLock();

    TestTime(NetworkTime time, Ticker real) {
        this(time, real, () -> false);
    }

    /**
     * The time of a network.
     *
     * @param real tells how long parts of the network have not been quiet
     * @param ended whether the network has
     */
    TestTime(NetworkTime time, Ticker real, BooleanSupplier ended) {
        this.time = time;
        this.real = real;
        this.ended = ended;
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
     * @throws IllegalArgumentException if it is negative, or the network would live longer than a hundred years
     * @throws IllegalStateException if a script of a hostile relay calls, or the network has been closed
     * @throws InterruptedException if the calling thread is interrupted; part of the time may have passed
     */
    public void advance(Duration by) throws InterruptedException {
        long nanos = Checks.nanos(by, "time to pass");
        checkCaller();
        moving.lockInterruptibly();
        try {
            long patience = awaitQuietOr(patience());
            long target = time.nanos() + nanos;
            checkArgument(target <= Checks.MAX.toNanos(), "a network of more than %s", Checks.MAX);
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
     * @throws IllegalArgumentException if that is negative or more than a hundred years
     * @throws IllegalStateException if a script of a hostile relay calls, or the network has been closed
     */
    public boolean settle(Duration limit) throws InterruptedException {
        long nanos = Checks.nanos(limit, "limit");
        checkCaller();
        long until = real.read() + nanos;
        if (!moving.tryLock(nanos, TimeUnit.NANOSECONDS)) {
            return false; // who moves the time finds something to do
        }
        try {
            return awaitQuiet(until);
        } finally {
            moving.unlock();
        }
    }

    private void checkCaller() {
        checkState(!ended.getAsBoolean(), "the network has been closed");
        checkState(!time.isInLoop(), "called by the network itself, which would wait for itself");
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
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LockSupport.parkNanos(
                    this, LOOK_AGAIN_NANOS); // and keeps the lock: nobody else may move the time meanwhile
        }
        return true;
    }

    @Override
    public String toString() {
        return time.toString();
    }
}
