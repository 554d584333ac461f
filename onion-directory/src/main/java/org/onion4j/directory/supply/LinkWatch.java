package org.onion4j.directory.supply;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;

/**
 * Finds out which links to relays are dead though nobody has said so, as those of a network that the device has left. A
 * link is doubted when an answer stays away for {@link #DOUBT} and nothing else has come either, when a link that the
 * relay pads has been quiet for too long, or when one over which somebody else is to reach us has been for {@link
 * #TENDED}. A relay that is doubted is asked for something that costs it nothing and that
 * it must answer; if nothing at all comes over the link within {@link #PROBE}, the link is given up, with its circuits.
 *
 * <p>So a dead link is noticed some 15 seconds after it was wanted, where TCP takes a quarter of an hour.
 *
 * <p>Threading: any thread; nothing but sets is looked at under its lock.
 */
final class LinkWatch {
    /** An answer that takes no longer than this means nothing. */
    static final Duration DOUBT = Duration.ofSeconds(4);

    /** How long a relay that is doubted has. */
    static final Duration PROBE = Duration.ofSeconds(10);

    /** For how long nothing need come over a link that is {@linkplain #tend looked after}. */
    static final Duration TENDED = Duration.ofMinutes(1);

    /** How often links are looked at that should be heard of. */
    static final Duration ROUND = Duration.ofSeconds(10);

    /** A link to a relay. Any thread may call; equal if it is the same link. */
    interface Link {
        boolean isOpen();

        /** For how long nothing has come over it; zero if it isn't open. */
        Duration unheardFor();

        /** Asks the relay for anything. */
        Probe ask();

        /** It is dead: its circuits must go. */
        void giveUp();
    }

    /** A question that was sent. */
    @FunctionalInterface
    interface Probe {
        /** Nobody is interested in the answer any more. */
        void end();
    }

    private final Scheduler scheduler;
    private final Quiet quiet;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Link> probed = new HashSet<>(); // guarded by the lock
    private final Map<Link, Integer> tended = new HashMap<>(); // how often each is; guarded by the lock
    private boolean watching; // guarded by the lock

    /** Knows all links. */
    interface Quiet {
        /** Whether there is any link. */
        boolean any();

        /** Those over which something should have come by now. */
        List<? extends Link> links();
    }

    LinkWatch(Scheduler scheduler, Quiet quiet) {
        this.scheduler = scheduler;
        this.quiet = quiet;
    }

    /** Something has been asked that is answered over this link: as long as it is not, the link may be dead. */
    void expect(Link link, CompletableFuture<?> answer) {
        checkIn(DOUBT, link, answer);
    }

    /**
     * Somebody may want to reach us over this link at any time, and we would never miss him: as long as that is so, the relay
     * is asked now and then, whether it pads the link or not.
     */
    void tend(Link link, CompletableFuture<?> over) {
        lock.lock();
        try {
            tended.merge(link, 1, Integer::sum);
        } finally {
            lock.unlock();
        }
        over.whenComplete((nothing, failure) -> {
            lock.lock();
            try {
                tended.computeIfPresent(link, (same, count) -> count == 1 ? null : count - 1);
            } finally {
                lock.unlock();
            }
        });
        watch();
    }

    private void checkIn(Duration delay, Link link, CompletableFuture<?> answer) {
        if (answer.isDone()) {
            return;
        }
        Cancellable check = scheduler.schedule(() -> check(link, answer), delay);
        answer.whenComplete((value, failure) -> check.cancel());
    }

    private void check(Link link, CompletableFuture<?> answer) {
        if (answer.isDone() || !link.isOpen()) {
            return;
        }
        Duration quietFor = link.unheardFor();
        if (quietFor.compareTo(DOUBT) >= 0) {
            doubt(link);
            checkIn(PROBE.plus(DOUBT), link, answer);
        } else {
            checkIn(DOUBT.minus(quietFor), link, answer);
        }
    }

    private void doubt(Link link) {
        lock.lock();
        try {
            if (!probed.add(link)) {
                return;
            }
        } finally {
            lock.unlock();
        }
        boolean asked = false;
        try {
            Probe probe = link.ask();
            scheduler.schedule(() -> judge(link, probe), PROBE);
            asked = true;
        } finally {
            if (!asked) {
                doubtNoMore(link);
            }
        }
    }

    private void doubtNoMore(Link link) {
        lock.lock();
        try {
            probed.remove(link);
        } finally {
            lock.unlock();
        }
    }

    private void judge(Link link, Probe probe) {
        doubtNoMore(link);
        if (link.isOpen() && link.unheardFor().compareTo(PROBE) > 0) { // it was silent before, too
            link.giveUp();
        } else {
            probe.end();
        }
    }

    /** There is a link: looks at all of them now and then, until there is none. */
    void watch() {
        lock.lock();
        try {
            if (watching) {
                return;
            }
            watching = true;
        } finally {
            lock.unlock();
        }
        scheduler.schedule(this::round, ROUND);
    }

    private void round() {
        ImmutableList<Link> looked;
        lock.lock();
        try {
            watching = false;
            looked = ImmutableList.copyOf(tended.keySet());
        } finally {
            lock.unlock();
        }
        try {
            quiet.links().forEach(this::doubt);
            for (Link link : looked) {
                if (link.unheardFor().compareTo(TENDED) >= 0) {
                    doubt(link);
                }
            }
        } finally {
            if (quiet.any()) {
                watch(); // nobody else does while nothing is built
            }
        }
    }
}
