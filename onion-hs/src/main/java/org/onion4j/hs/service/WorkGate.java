package org.onion4j.hs.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.hs.descriptor.PowParameters;
import org.onion4j.hs.pow.PowExtension;
import org.onion4j.hs.pow.RequestQueue;
import org.onion4j.hs.pow.ServicePuzzles;
import org.onion4j.hs.service.IntroductionReader.Request;

/**
 * Where clients wait whom the service is to go to, if it asks for proof of work: who worked most comes first. It sets the
 * puzzles, looks at the proofs, and says in the descriptors how much work to do, by how the queue fares. Spec: proposal
 * 327, "Service behavior"; what it leaves open is done as C tor does it.
 *
 * <p>Threading: belongs to the sequence of tasks of the service, but for {@link #announced}, which any thread may call.
 */
final class WorkGate {
    /** How often the suggested effort is thought over. */
    static final Duration UPDATE_PERIOD = Duration.ofMinutes(5);

    /** The clock may be set, and a device may sleep: what is due is looked for at least so often. */
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

    private static final Duration SHORTEST_SLEEP = Duration.ofSeconds(1);
    /** Other tasks get their turn after so many. */
    private static final int AT_A_TIME = 4;

    /** Who goes to the clients; called in the sequence. */
    interface Server {
        /** Whether one more can be gone to now; else {@link #onRoom} is to be called later. */
        boolean hasRoom();

        /** How many are being gone to. */
        int underWay();

        /**
         * Takes a request over.
         *
         * @throws RefusedException if there are too many already
         */
        void serve(Request request) throws RefusedException;

        /** Descriptors are to say something else from now on. */
        void onAnnounced();
    }

    private final ServiceEnvironment environment;
    private final TimeSource time;
    private final TaskSequence sequence;
    private final Refusals refusals;
    private final Server server;
    private final ServicePuzzles puzzles;
    private final RequestQueue<Request> queue;
    private volatile PowParameters announced;
    private Moment updated;
    private Optional<Cancellable> alarm = Optional.empty();
    private Optional<Cancellable> turn = Optional.empty();
    private boolean soon;
    private boolean closed;

    WorkGate(
            ServiceEnvironment environment,
            TimeSource time,
            TaskSequence sequence,
            Refusals refusals,
            ServiceOptions.Work work,
            Server server) {
        this.environment = environment;
        this.time = time;
        this.sequence = sequence;
        this.refusals = refusals;
        this.server = server;
        this.puzzles = new ServicePuzzles(environment.random(), time);
        this.queue = new RequestQueue<>(work.pace(), work.pace().capacity(), work.effort(), environment.ticker());
        this.announced = puzzles.parameters(work.effort());
        this.updated = time.now();
    }

    /** What descriptors are to say. */
    PowParameters announced() {
        return announced;
    }

    /** Sees to it that puzzle and effort are renewed in time. */
    void look() {
        alarm.ifPresent(Cancellable::cancel);
        alarm = Optional.empty();
        if (closed) {
            return;
        }
        try {
            renew(time.now());
        } finally {
            Duration sleep = shorter(
                    LONGEST_SLEEP, shorter(puzzles.renewalIn(), UPDATE_PERIOD.minus(updated.until(time.now()))));
            alarm = Optional.of(environment
                    .scheduler()
                    .schedule(
                            () -> sequence.run(this::look),
                            sleep.compareTo(SHORTEST_SLEEP) < 0 ? SHORTEST_SLEEP : sleep));
        }
    }

    private void renew(Moment now) {
        PowParameters before = announced;
        long effort = before.suggestedEffort();
        if (updated.isOlderThan(UPDATE_PERIOD, now)) {
            updated = now;
            effort = queue.updateEffort(effort).orElse(effort);
        }
        PowParameters current;
        try {
            current = puzzles.parameters(effort);
        } catch (RandomnessException e) {
            return; // the former puzzle does until there is randomness again
        }
        if (!current.seed().equals(before.seed())) {
            current = puzzles.parameters(queue.suggestedEffort()); // a new descriptor is due anyway
        }
        if (!current.equals(before)) {
            announced = current;
            server.onAnnounced();
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /**
     * How much work a request has proved to have done: 0 if it says nothing of any. A proof counts once.
     *
     * @throws RefusedException if its proof isn't good
     */
    long effort(Request request) throws RefusedException {
        if (!request.work().isPresent()) {
            return 0;
        }
        PowExtension work = request.work().get();
        Bytes blindedKey = request.opened().keys().blindedKey();
        return switch (puzzles.check(work, blindedKey)) {
            case GOOD -> work.effort();
            case WORTHLESS -> 0;
            case REPLAYED -> throw new RefusedException(Refusal.REPLAYED);
            case UNKNOWN_SEED, FALSE -> throw new RefusedException(Refusal.BAD_WORK);
        };
    }

    /** Takes a request over, and lets it wait for its turn. */
    void add(Request request, long effort) {
        if (closed) {
            request.close();
            return;
        }
        for (Request dropped : queue.add(request, effort)) {
            refuse(dropped, Refusal.FLOOD);
        }
        serveSoon();
    }

    /** One more can be gone to. */
    void onRoom() {
        if (queue.size() > 0) {
            serveSoon();
        }
    }

    /** After what the sequence has to do before: of all that have come by then, who worked most is first. */
    private void serveSoon() {
        if (!soon) {
            soon = true;
            sequence.run(this::serve);
        }
    }

    private void serve() {
        soon = false;
        turn.ifPresent(Cancellable::cancel);
        turn = Optional.empty();
        if (closed) {
            return;
        }
        List<Request> dropped = new ArrayList<>();
        boolean more = true;
        try {
            for (int i = 0; i < AT_A_TIME && more && server.hasRoom(); i++) {
                RequestQueue.Next<Request> next = queue.next(server.underWay(), dropped);
                if (next instanceof RequestQueue.Next.Request<Request> request) {
                    serve(request.request());
                } else {
                    more = false;
                    if (next instanceof RequestQueue.Next.Later<Request> later) {
                        serveIn(later.pause());
                    }
                }
            }
        } finally { // whatever became of one request, the others get their turn
            dropped.forEach(request -> refuse(request, Refusal.TOO_LATE));
            if (more && queue.size() > 0 && server.hasRoom()) {
                serveSoon();
            }
        }
    }

    private void serveIn(Duration pause) {
        turn = Optional.of(environment.scheduler().schedule(() -> sequence.run(this::serveSoon), pause));
    }

    private void serve(Request request) {
        try {
            server.serve(request);
        } catch (RefusedException e) {
            refusals.add(e.refusal());
        }
    }

    private void refuse(Request request, Refusal why) {
        request.close();
        refusals.add(why);
    }

    /** Gives up those that wait, and takes no more. */
    void close() {
        closed = true;
        alarm.ifPresent(Cancellable::cancel);
        turn.ifPresent(Cancellable::cancel);
        queue.clear().forEach(Request::close);
    }
}
