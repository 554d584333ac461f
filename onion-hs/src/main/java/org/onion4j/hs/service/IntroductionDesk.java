package org.onion4j.hs.service;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.service.IntroductionReader.Opened;
import org.onion4j.hs.service.IntroductionReader.Request;

/**
 * Takes introductions, reads them one by one, and hands on those that are to be followed. None is followed twice: neither
 * the same message again, nor another one to the same rendezvous cookie within five minutes.
 *
 * <p>Threading: {@link #accept} on any thread; all else belongs to the sequence of tasks of the service.
 */
final class IntroductionDesk {
    /** How long a client waits, more or less. */
    private static final Duration MAX_AGE = Duration.ofSeconds(30);

    private static final Duration COOKIE_MEMORY = Duration.ofMinutes(5);
    private static final int MAX_COOKIES = 65_536;
    /** Other tasks get their turn after so many. */
    private static final int AT_A_TIME = 4;

    /** What follows an introduction; called in the sequence. */
    interface Follower {
        /** Whether one more can be read now; else {@link #onRoom} is to be called later. */
        boolean hasRoom();

        /** Whether our descriptors ask for proof of work. */
        boolean asksForWork();

        /**
         * How much work a request has proved to have done.
         *
         * @throws RefusedException if its proof isn't good
         */
        long effort(Request request) throws RefusedException;

        /**
         * Takes a request over.
         *
         * @throws RefusedException if there are too many already
         */
        void follow(Request request, long effort) throws RefusedException;

        /** A point has introduced as many as it was to. */
        void onWornOut();
    }

    /** An introduction as it came. */
    private record Waiting(ServicePoint point, Introduce2 message, Moment since) {}

    private final ServiceEnvironment environment;
    private final TimeSource time;
    private final TaskSequence sequence;
    private final Subcredentials subcredentials;
    private final Refusals refusals;
    private final Follower follower;
    private final FairQueue<ServicePoint, Waiting> queue;
    private final AtomicBoolean reading = new AtomicBoolean();
    private final Cache<Bytes, Boolean> cookies;
    private volatile boolean closed;

    IntroductionDesk(
            ServiceEnvironment environment,
            TimeSource time,
            TaskSequence sequence,
            Subcredentials subcredentials,
            Refusals refusals,
            int maxWaiting,
            Follower follower) {
        this.environment = environment;
        this.time = time;
        this.sequence = sequence;
        this.subcredentials = subcredentials;
        this.refusals = refusals;
        this.follower = follower;
        this.queue = new FairQueue<>(maxWaiting);
        this.cookies = CacheBuilder.newBuilder()
                .maximumSize(MAX_COOKIES)
                .expireAfterWrite(COOKIE_MEMORY)
                .ticker(environment.ticker())
                .build();
    }

    /** An introduction has come. */
    void accept(ServicePoint point, Introduce2 message) {
        if (closed) {
            return;
        }
        queue.add(point, new Waiting(point, message, time.now())).ifPresent(shed -> refusals.add(Refusal.FLOOD));
        readLater();
    }

    private void readLater() {
        if (reading.compareAndSet(false, true)) {
            boolean begun = false;
            try {
                sequence.run(this::read);
                begun = true;
            } finally {
                if (!begun) {
                    reading.set(false); // there is no thread, say: the next one may find one
                }
            }
        }
    }

    /** There is room again. */
    void onRoom() {
        if (!queue.isEmpty()) {
            readLater();
        }
    }

    private void read() {
        try {
            for (int i = 0; i < AT_A_TIME && follower.hasRoom(); i++) {
                Optional<Waiting> next = queue.take();
                if (!next.isPresent()) {
                    break;
                }
                read(next.get());
            }
        } finally {
            reading.set(false);
            if (!queue.isEmpty() && follower.hasRoom()) {
                readLater(); // whatever became of these
            }
        }
    }

    private void read(Waiting waiting) {
        ServicePoint point = waiting.point();
        if (point.is(ServicePoint.State.ENDED)) {
            refusals.add(Refusal.TOO_LATE); // its keys are gone
            return;
        }
        try {
            Checked checked = check(waiting);
            follower.follow(checked.request(), checked.effort());
        } catch (RefusedException e) {
            refusals.add(e.refusal());
        }
        if (point.replays().size() == point.term().introductions()) {
            follower.onWornOut();
        }
    }

    private record Checked(Request request, long effort) {}

    private Checked check(Waiting waiting) throws RefusedException {
        ServicePoint point = waiting.point();
        Bytes encrypted = waiting.message().encrypted();
        if (waiting.since().isOlderThan(MAX_AGE, time.now())) {
            throw new RefusedException(Refusal.TOO_LATE);
        }
        if (point.replays().contains(encrypted)) {
            throw new RefusedException(Refusal.REPLAYED);
        }
        if (point.isFull()) {
            throw new RefusedException(Refusal.FLOOD);
        }
        Optional<NetworkView> view = environment.circuits().view();
        Opened opened = IntroductionReader.open(waiting.message(), point.keys(), subcredentials.all());
        boolean good = false;
        try {
            point.replays().add(encrypted);
            if (!view.isPresent()) {
                throw new RefusedException(Refusal.BAD_RENDEZVOUS_POINT);
            }
            Request request =
                    IntroductionReader.read(opened, view.get(), follower.asksForWork(), environment.testing());
            long effort = follower.effort(request);
            if (cookies.asMap().putIfAbsent(request.cookie(), true) != null) {
                throw new RefusedException(Refusal.REPLAYED);
            }
            good = true;
            return new Checked(request, effort);
        } finally {
            if (!good) {
                opened.close();
            }
        }
    }

    /** Drops what waits, and takes no more. */
    void close() {
        closed = true;
        queue.clear();
    }
}
