package org.onion4j.api.internal.service;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.runtime.Scheduler;

/**
 * The places for streams that handlers and servers have at a time, shared fairly among clients: when none is free, the
 * client that holds most gives its latest one to a client that would still hold fewer. The stream on it is ended, and the
 * new one takes the place as soon as that has let go of it, so that there are never more than there may be.
 *
 * <p>Threading: any thread; a stream's begin, end and refuse are called without the lock, on whichever thread it is, and
 * must not block.
 */
final class StreamPlaces {
    /** How long a place is waited for that is being given up. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** A stream that takes a place. */
    interface Taker {
        /** Whose stream it is. */
        Object client();

        /** The place is there: whoever has it gives it to {@link #release} in the end. Called at most once. */
        void begin(Place place);

        /** There is no place after all. Called instead of {@link #begin}. */
        void refuse();

        /** The place is wanted by somebody else: the stream is to end soon. May come at any time after {@link #begin}. */
        void end();
    }

    /** A place that a stream has, or waits for. */
    static final class Place {
        private final Taker taker;
        private boolean begun; // guarded by the lock, as what follows
        private boolean released;
        private Optional<Place> next = Optional.empty();

        private Place(Taker taker) {
            this.taker = taker;
        }
    }

    private final Scheduler scheduler;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Object, Deque<Place>> held =
            new HashMap<>(); // by client, those waited for too; guarded by the lock
    private int free; // guarded by the lock

    StreamPlaces(int places, Scheduler scheduler) {
        this.free = places;
        this.scheduler = scheduler;
    }

    /** Gives the stream a place now or soon, or refuses it. */
    void take(Taker taker) {
        Place place = new Place(taker);
        Optional<Place> former = Optional.empty();
        lock.lock();
        try {
            if (free > 0) {
                free--;
                place.begun = true;
                add(place);
            } else {
                former = takeFromGreediest(place);
            }
        } finally {
            lock.unlock();
        }
        if (place.begun) {
            taker.begin(place);
        } else if (former.isPresent()) {
            scheduler.schedule(() -> giveUp(place), LIMIT);
            former.get().taker.end();
        } else {
            taker.refuse();
        }
    }

    private void add(Place place) {
        held.computeIfAbsent(place.taker.client(), client -> new ArrayDeque<>()).add(place);
    }

    /** No effect if it is there no more. */
    private void remove(Place place) {
        Deque<Place> places = held.get(place.taker.client());
        if (places != null) {
            places.remove(place);
            if (places.isEmpty()) {
                held.remove(place.taker.client());
            }
        }
    }

    private Optional<Place> takeFromGreediest(Place place) {
        Deque<Place> most = new ArrayDeque<>();
        for (Deque<Place> one : held.values()) {
            most = one.size() > most.size() ? one : most;
        }
        Deque<Place> own = held.getOrDefault(place.taker.client(), new ArrayDeque<>());
        if (most.size() < own.size() + 2) {
            return Optional.empty();
        }
        for (Iterator<Place> latest = most.descendingIterator(); latest.hasNext(); ) {
            Place former = latest.next();
            if (former.begun) {
                remove(former);
                former.next = Optional.of(place);
                add(place);
                return Optional.of(former);
            }
        }
        return Optional.empty();
    }

    /** What a stream had is free again. Again: no effect. */
    void release(Place place) {
        Optional<Place> next;
        lock.lock();
        try {
            if (place.released) {
                return;
            }
            place.released = true;
            remove(place);
            next = place.next.filter(one -> !one.released);
            if (next.isPresent()) {
                next.get().begun = true;
            } else {
                free++;
            }
        } finally {
            lock.unlock();
        }
        next.ifPresent(one -> one.taker.begin(one));
    }

    /** Whoever is to let go of a place doesn't. */
    private void giveUp(Place place) {
        lock.lock();
        try {
            if (place.begun) {
                return;
            }
            place.released = true;
            remove(place);
        } finally {
            lock.unlock();
        }
        place.taker.refuse();
    }
}
