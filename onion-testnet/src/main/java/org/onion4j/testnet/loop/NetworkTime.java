package org.onion4j.testnet.loop;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The time of a network: a wall clock and a ticker that go together. It either goes on by itself, like real time plus
 * what it has been {@linkplain #advance moved forward}, or stands still until it is moved. It never goes back.
 *
 * <p>Threading: any thread may call.
 */
public final class NetworkTime {
    private final boolean manual;
    private final Instant wallStart;
    private final long tickerStart;
    private final AtomicLong moved = new AtomicLong(); // nanoseconds
    private final AtomicLong activity = new AtomicLong();
    private final Set<TimeParticipant> participants = ConcurrentHashMap.newKeySet();
    private final Ticker ticker = new Ticker() {
        @Override
        public long read() {
            return nanos();
        }
    };

    private NetworkTime(boolean manual, Instant start) {
        this.manual = manual;
        this.wallStart = start;
        this.tickerStart = manual ? 0 : System.nanoTime();
    }

    /** A time that begins now and goes on by itself. */
    public static NetworkTime real() {
        return new NetworkTime(false, Instant.now());
    }

    /** A time that begins at the given moment and goes on by itself. */
    public static NetworkTime realFrom(Instant start) {
        return new NetworkTime(false, start);
    }

    /** A time that stands still at the given moment until it is moved. */
    public static NetworkTime manual(Instant start) {
        return new NetworkTime(true, start);
    }

    /** Whether it stands still until it is moved. */
    public boolean isManual() {
        return manual;
    }

    /** Nanoseconds since this time began. */
    public long nanos() {
        return moved.get() + (manual ? 0 : System.nanoTime() - tickerStart);
    }

    /** The moment that it is. */
    public Instant now() {
        return wallStart.plusNanos(nanos());
    }

    /** {@link #nanos}. */
    public Ticker ticker() {
        return ticker;
    }

    /** {@link #now}, in UTC. */
    public Clock clock() {
        return clock(() -> Duration.ZERO);
    }

    /**
     * A wall clock that is wrong: ahead of this time by {@code skew}, behind it if that is negative.
     *
     * @param skew asked each time that the clock is read, by whoever reads it
     */
    public Clock clock(Supplier<Duration> skew) {
        return new NetworkClock(skew, ZoneOffset.UTC);
    }

    /** Moves the time forward at once and tells all participants. What is due by then runs after this returns, or during it. */
    public void advance(Duration by) {
        checkArgument(!by.isNegative(), "time doesn't go back");
        moved.addAndGet(by.toNanos());
        participants.forEach(TimeParticipant::timeMoved);
    }

    /** Moves the time forward to a value of {@link #nanos}; no effect if that has passed. */
    public void advanceTo(long nanos) {
        long by = nanos - nanos();
        if (by > 0) {
            advance(Duration.ofNanos(by));
        }
    }

    /** From now on, this one hears of moves of the time and is asked for its deadlines. */
    public void register(TimeParticipant participant) {
        participants.add(participant);
    }

    /** Takes a {@link #register} back. */
    public void unregister(TimeParticipant participant) {
        participants.remove(participant);
    }

    /** The earliest deadline of all participants, by {@link #nanos}. */
    public OptionalLong nextDeadlineNanos() {
        long earliest = Long.MAX_VALUE;
        for (TimeParticipant participant : participants) {
            earliest = Math.min(earliest, participant.nextDeadlineNanos().orElse(Long.MAX_VALUE));
        }
        return earliest == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(earliest);
    }

    /** Something has happened that may make another participant busy: bytes on their way, a task handed over. */
    public void noteActivity() {
        activity.incrementAndGet();
    }

    /**
     * Whether all participants were idle during this call, with nothing on its way from one to another. A participant is
     * asked in turn; what {@link #noteActivity} has counted in between spoils the answer.
     */
    public boolean isQuiet() {
        long before = activity.get();
        for (int round = 0; round < 2; round++) {
            for (TimeParticipant participant : participants) {
                if (!participant.isIdle()) {
                    return false;
                }
            }
        }
        return activity.get() == before;
    }

    /** Whether the calling thread is that of a loop by this time. */
    public boolean isInLoop() {
        return EventLoop.current().filter(loop -> loop.time().equals(this)).isPresent();
    }

    @Override
    public String toString() {
        return "NetworkTime(" + now() + (manual ? ", standing still)" : ")");
    }

    private final class NetworkClock extends Clock {
        private final Supplier<Duration> skew;
        private final ZoneId zone;

        NetworkClock(Supplier<Duration> skew, ZoneId zone) {
            this.skew = skew;
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new NetworkClock(skew, other);
        }

        @Override
        public Instant instant() {
            return now().plus(skew.get());
        }
    }
}
