package org.onion4j.hs.pow;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The introductions that a service has yet to answer: who worked most comes first, then who came first. Bounded: when it
 * is full, the better half stays. It also decides how much work to suggest, from how the queue fared.
 *
 * <p>Threading: for one thread at a time; its owner guards it. Spec: proposal 327, "The Introduction Queue", "PoW effort
 * estimation".
 *
 * @param <T> what waits
 */
public final class RequestQueue<T> {
    /** For so long a request may wait: later its client has gone. */
    public static final Duration MAX_WAIT = Duration.ofSeconds(15);

    /** With so many rendezvous under way, only requests that made the suggested effort are dealt with. */
    private static final int MAX_CHEAP_UNDER_WAY = 16;
    /** With so many, only requests that made any effort at all are dealt with: there is to be room for them. */
    static final int MAX_FREE_UNDER_WAY = 192;
    /** What waits after a burst are the requests of a minute: no client waits for longer. */
    private static final long SECONDS_OF_CAPACITY = 60;

    private static final int MIN_LOW_WATER = 8;
    private static final int RATE_PER_LOW_WATER = 4;
    private static final long MAX_EFFORT = 0xffffffffL;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Duration LATER = Duration.ofMillis(100);
    /** By which part the suggestion must have moved for a new descriptor. */
    private static final double MOVED = 0.15;

    /**
     * How fast requests are dealt with.
     *
     * @param perSecond at least 1
     * @param burst at least {@code perSecond}: so many at once after a pause
     */
    public record Pace(int perSecond, int burst) {
        /** As C tor has it where proof of work is asked for. */
        public static final Pace DEFAULT = new Pace(250, 2_500);

        /** Most requests that wait at any pace; some 1 KiB each. */
        static final int MAX_CAPACITY = 17_500; // C tor's at its default pace

        public Pace {
            checkArgument(perSecond > 0 && burst >= perSecond, "pace %s, %s", perSecond, burst);
        }

        /** How many requests may wait: beyond it, the better half stays. */
        public int capacity() {
            return (int) Math.min(MAX_CAPACITY, burst + SECONDS_OF_CAPACITY * perSecond);
        }
    }

    private record Waiting<T>(T request, long effort, long since, long number) implements Comparable<Waiting<T>> {
        @Override
        public int compareTo(Waiting<T> other) {
            int byEffort = Long.compare(other.effort, effort);
            return byEffort != 0 ? byEffort : Long.compare(number, other.number);
        }
    }

    private final Ticker ticker;
    private final Pace pace;
    private final int highWater;
    private final int lowWater;
    private PriorityQueue<Waiting<T>> waiting = new PriorityQueue<>();
    private long number; // of requests so far
    private double tokens;
    private long refilled;

    // What the next suggestion goes by.
    private long suggested;
    private long totalEffort;
    private long handled;
    private long maxTrimmed;
    private boolean hadQueue;

    /**
     * An empty queue.
     *
     * @param capacity most requests that wait, at least 2
     * @param effort suggested at first, 0 to 2^32 - 1
     */
    public RequestQueue(Pace pace, int capacity, long effort, Ticker ticker) {
        checkArgument(capacity >= 2, "capacity %s", capacity);
        checkArgument(effort >= 0 && effort <= MAX_EFFORT, "effort %s", effort);
        this.suggested = effort;
        this.ticker = ticker;
        this.pace = pace;
        this.highWater = capacity;
        this.lowWater = Math.min(capacity / 2, Math.max(MIN_LOW_WATER, pace.perSecond() / RATE_PER_LOW_WATER));
        this.tokens = pace.burst();
        this.refilled = ticker.read();
    }

    public int size() {
        return waiting.size();
    }

    /** How much work the service should suggest now. */
    public long suggestedEffort() {
        return suggested;
    }

    /**
     * A request has come.
     *
     * @param effort of which it has proof; 0 without any
     * @return those that there is no more room for
     */
    public List<T> add(T request, long effort) {
        waiting.add(new Waiting<>(request, effort, ticker.read(), number));
        number++;
        totalEffort += Math.min(effort, MAX_EFFORT);
        return waiting.size() < highWater ? new ArrayList<>() : trim();
    }

    private List<T> trim() {
        PriorityQueue<Waiting<T>> kept = new PriorityQueue<>();
        List<T> dropped = new ArrayList<>();
        long now = ticker.read();
        while (!waiting.isEmpty()) {
            Waiting<T> next = waiting.poll();
            if (kept.size() < highWater / 2 && !isTooOld(next, now)) {
                kept.add(next);
            } else {
                maxTrimmed = Math.max(maxTrimmed, next.effort());
                dropped.add(next.request());
            }
        }
        waiting = kept;
        return dropped;
    }

    private boolean isTooOld(Waiting<T> each, long now) {
        return now - each.since() > MAX_WAIT.toNanos();
    }

    /** What to do next. */
    public sealed interface Next<T> {
        /** Deal with this one. */
        record Request<T>(T request) implements Next<T> {}

        /** Ask again later. */
        record Later<T>(Duration pause) implements Next<T> {}

        /** Nothing waits. */
        record Nothing<T>() implements Next<T> {}
    }

    /**
     * Takes the next request out.
     *
     * @param underWay rendezvous that are being made
     * @param dropped gets those that have waited too long
     */
    public Next<T> next(int underWay, List<T> dropped) {
        long now = ticker.read();
        refill(now);
        while (!waiting.isEmpty()) {
            if (isTooOld(waiting.peek(), now)) {
                Waiting<T> tooOld = waiting.poll();
                maxTrimmed = Math.max(maxTrimmed, tooOld.effort()); // its effort was not enough, either
                dropped.add(tooOld.request());
                continue;
            }
            long effort = waiting.peek().effort();
            boolean tooCheap = (effort < suggested && underWay >= MAX_CHEAP_UNDER_WAY)
                    || (effort == 0 && underWay >= MAX_FREE_UNDER_WAY);
            if (tooCheap || tokens < 1) {
                return new Next.Later<>(LATER);
            }
            tokens--;
            handled++;
            T request = waiting.poll().request();
            hadQueue |= waiting.size() >= lowWater;
            return new Next.Request<>(request);
        }
        return new Next.Nothing<>();
    }

    /** Takes all out. */
    public List<T> clear() {
        List<T> all = new ArrayList<>();
        waiting.forEach(each -> all.add(each.request()));
        waiting.clear();
        return all;
    }

    private void refill(long now) {
        double added = (now - refilled) / NANOS_PER_SECOND * pace.perSecond();
        tokens = Math.min(pace.burst(), tokens + added);
        refilled = now;
    }

    /**
     * Finds a new suggestion; to be called every 300 seconds.
     *
     * @return the new one, if it differs so much from the one that was published that a new descriptor is due
     */
    public Optional<Long> updateEffort(long published) {
        if (isOverburdened()) {
            long average = handled == 0 ? 0 : totalEffort / handled;
            suggested = Math.min(MAX_EFFORT, Math.max(suggested + 1, average));
        } else if (!hadQueue && waiting.size() < lowWater) {
            suggested = 2 * suggested / 3;
        }
        totalEffort = 0;
        handled = 0;
        maxTrimmed = 0;
        hadQueue = false;
        boolean moved = suggested < published * (1 - MOVED) || suggested > published * (1 + MOVED);
        return moved ? Optional.of(suggested) : Optional.empty();
    }

    private boolean isOverburdened() {
        return maxTrimmed > suggested
                || (hadQueue && !waiting.isEmpty() && waiting.peek().effort() >= suggested);
    }
}
