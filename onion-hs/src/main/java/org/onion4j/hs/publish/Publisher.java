package org.onion4j.hs.publish;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.view.Liveness;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.ring.RingTimes;

/**
 * Keeps the descriptors of one service at the directories that are responsible for them: two at a time, for the time
 * periods of clients whose consensus is older or newer than ours. Each is made anew and uploaded when the content or the
 * responsible directories have changed, when its time period comes, and else after 60 to 120 minutes; over a circuit for
 * each directory, a few at a time. A directory that can't be reached is tried again, later each time; one that refuses
 * only while no other one has taken the descriptor, for C tor's services don't ask again either. Nothing is uploaded while
 * there are no introduction points. Spec: rend-spec-v3, "When to publish a hidden service descriptor", "Service behavior for
 * uploading descriptors".
 *
 * <p>Threading: any thread may call. All work is done in steps on the executor, one at a time, so that what belongs to
 * this sequence needs no other guard; its lock is there for {@link #close} alone, which doesn't wait for it. The listener
 * is told between steps, without any lock.
 */
public final class Publisher implements AutoCloseable {
    /** Most uploads at a time, those whose circuit is being built included. */
    static final int MAX_PARALLEL = 6;

    private static final Duration FIRST_RETRY = Duration.ofSeconds(30);
    private static final Duration LAST_RETRY = Duration.ofMinutes(10);
    private static final int MAX_DOUBLINGS = 5;

    /** The clock may be set, and a device may sleep: what is due is looked for at least so often. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    private static final Duration BEGIN_AGAIN = Duration.ofSeconds(1);

    private record Result(PeriodDescriptor descriptor, Target target, Optional<UploadFailure> failure) {}

    private final PublishEnvironment environment;
    private final ServiceIdentity identity;
    private final ServiceState state;
    private final PublishedContent content;
    private final Consumer<PublishEvent> listener;
    private final TimeSource time;

    private final AtomicInteger wanted = new AtomicInteger(); // calls of wake() that no step has seen to its end
    private final AtomicBoolean contentChanged = new AtomicBoolean();
    private final AtomicBoolean networkChanged = new AtomicBoolean();
    private final AtomicBoolean networkBack = new AtomicBoolean();
    private final Queue<Result> results = new ConcurrentLinkedQueue<>();
    private final Map<Target, CompletableFuture<?>> running = new ConcurrentHashMap<>();
    private final AtomicReference<Cancellable> timer = new AtomicReference<>(() -> {});
    private final CompletableFuture<Void> published = new CompletableFuture<>();
    private volatile boolean publishedNow;
    private volatile boolean closed;

    // What follows belongs to the sequence of steps.
    private final ReentrantLock sequence = new ReentrantLock();
    private Map<TimePeriod, PeriodDescriptor> descriptors = new LinkedHashMap<>(); // what clients use now comes first
    private Optional<NetworkView> located = Optional.empty(); // the network that the descriptors are located in
    private boolean begun;
    private final List<PublishEvent> events = new ArrayList<>();

    /**
     * A publisher, which does nothing before {@link #contentChanged}.
     *
     * @param identity of the service: a copy is made
     * @param state remembers revision counters, if anything does; stays the caller's, and open for longer than this
     * @param listener told what happens; must not block
     */
    public Publisher(
            PublishEnvironment environment,
            ServiceIdentity identity,
            Optional<ServiceState> state,
            PublishedContent content,
            Consumer<PublishEvent> listener) {
        this.environment = environment;
        this.identity = identity.copy();
        this.state = state.orElseGet(() -> ServiceState.open(new MemoryStateStore(), "unsaved"));
        this.content = content;
        this.listener = listener;
        this.time = new TimeSource(environment.clock(), environment.ticker());
    }

    /**
     * The service's introduction points or clients are others now: both descriptors are made anew and uploaded at once. To be
     * called when the service has as many introduction points as it wants, or can't have more for now. Changes that follow
     * one another quickly are taken together.
     */
    public void contentChanged() {
        contentChanged.set(true);
        wake();
    }

    /** The network is another one now: time periods or responsible directories may have changed. */
    public void viewChanged() {
        wake();
    }

    /** The device has another network: what failed on the old one is tried again at once. */
    public void networkChanged() {
        networkChanged.set(true);
        wake();
    }

    /** Circuits can be built again after a while: directories that could not be reached meanwhile are tried at once. */
    public void networkBack() {
        networkBack.set(true);
        wake();
    }

    /**
     * Done when clients can find the service for the first time: of the descriptors of both time periods, most responsible
     * directories have taken one, or at least one has and each other one has been tried. Fails with {@link
     * CancellationException} when this is closed first. A copy: whoever cancels it changes nothing.
     */
    public CompletableFuture<Void> published() {
        CompletableFuture<Void> copy = new CompletableFuture<>();
        published.whenComplete((nothing, failure) -> {
            if (failure == null) {
                copy.complete(null);
            } else {
                copy.cancel(false);
            }
        });
        return copy;
    }

    /** Whether a directory has a descriptor for clients whose consensus is like ours, and that hasn't expired. */
    public boolean isPublished() {
        return publishedNow;
    }

    private void wake() {
        if (!closed && wanted.getAndIncrement() == 0) {
            begin();
        }
    }

    /** Once nobody takes work, because there is no thread to be had, it is tried until somebody does. */
    private void begin() {
        try {
            environment.executor().execute(this::run);
        } catch (RuntimeException | Error e) {
            environment.scheduler().schedule(this::begin, BEGIN_AGAIN);
            environment.bugs().error("the descriptors of an onion service can't be kept up now", e);
        }
    }

    private void run() {
        int seen;
        do {
            seen = wanted.get();
            step();
        } while (!wanted.compareAndSet(seen, 0));
    }

    private void step() {
        ImmutableList<PublishEvent> told = ImmutableList.of();
        boolean firstPublished = false;
        sequence.lock();
        try {
            if (!closed) {
                Moment now = time.now();
                work(now);
                publishedNow = descriptors.values().stream()
                        .findFirst()
                        .filter(descriptor -> descriptor.isPublished(now))
                        .isPresent();
                firstPublished =
                        publishedNow && descriptors.values().stream().allMatch(PeriodDescriptor::isWellPublished);
            }
        } catch (RuntimeException | Error e) {
            contentChanged.compareAndSet(false, begun); // what this step was to see to is not lost
            schedule(LOOK_AGAIN);
            environment.bugs().error("the descriptors of an onion service are not kept up", e);
        } finally {
            try {
                told = ImmutableList.copyOf(events);
                events.clear();
            } finally {
                sequence.unlock();
            }
        }
        wipeIfClosed();
        told.forEach(this::tell);
        if (firstPublished) {
            published.complete(null);
        }
    }

    private void tell(PublishEvent event) {
        try {
            if (!closed) {
                listener.accept(event);
            }
        } catch (RuntimeException | Error e) {
            environment.bugs().error("a listener of an onion service failed", e);
        }
    }

    private void work(Moment now) {
        takeResults(now);
        boolean changed = contentChanged.getAndSet(false);
        begun |= changed;
        if (!begun) {
            return;
        }
        boolean usable = locate(now);
        boolean empty = content.introductionPoints().isEmpty();
        for (PeriodDescriptor descriptor : descriptors.values()) {
            if (changed) {
                descriptor.expire();
            }
            if (changed && empty) {
                descriptor.drop();
            }
        }
        if (networkChanged.getAndSet(false)) {
            descriptors.values().forEach(descriptor -> descriptor.targets().forEach(Target::hurry));
        }
        if (networkBack.getAndSet(false)) {
            descriptors.values().forEach(PeriodDescriptor::hurryUnreached);
        }
        if (usable && !empty) {
            descriptors.values().forEach(descriptor -> renew(descriptor, now));
            upload(now);
        }
        scheduleNext(now, usable && !empty);
    }

    private void takeResults(Moment now) {
        for (Result result = results.poll(); result != null; result = results.poll()) {
            PeriodDescriptor descriptor = result.descriptor();
            Target target = result.target();
            if (target.state() != Target.State.RUNNING) {
                continue; // another round has begun
            }
            if (result.failure().isPresent()) {
                Duration pause = target.fail(
                        now, pause(target.failures()), result.failure().get() == UploadFailure.REFUSED);
                events.add(new PublishEvent.Failed(
                        descriptor.period(), result.failure().get(), pause));
            } else {
                target.take();
                descriptor.onTaken(now);
                events.add(new PublishEvent.Uploaded(
                        descriptor.period(),
                        descriptor.taken(),
                        descriptor.targets().size()));
            }
        }
        for (PeriodDescriptor descriptor : descriptors.values()) {
            if (descriptor.endsRound()) {
                events.add(new PublishEvent.RoundEnded(
                        descriptor.period(),
                        descriptor.taken(),
                        descriptor.targets().size()));
            }
        }
    }

    /** Twice as long each time, and random by half, so that directories that failed together don't all come at once. */
    private Duration pause(int failures) {
        Duration longest = FIRST_RETRY.multipliedBy(1L << Math.min(failures, MAX_DOUBLINGS));
        long millis = Math.min(longest.toMillis(), LAST_RETRY.toMillis());
        return Duration.ofMillis(millis / 2 + environment.random().nextLong(millis / 2));
    }

    /** Which descriptors there are to be, and where. False if the network is not known, or known of old alone. */
    private boolean locate(Moment now) {
        Optional<NetworkView> current = environment.circuits().view();
        if (!current.isPresent()
                || !Liveness.of(current.get().consensus(), now.wall()).usable()) {
            return false;
        }
        NetworkView view = current.get();
        if (located.filter(known -> known == view).isPresent()) {
            return true;
        }
        RingTimes times = RingTimes.of(view, environment.testing());
        boolean secondFirst = times.isBetweenPeriodAndRandom();
        ImmutableList<RingTimes.Slot> slots = secondFirst
                ? ImmutableList.of(times.secondOfService(), times.firstOfService())
                : ImmutableList.of(times.firstOfService(), times.secondOfService());
        Map<TimePeriod, PeriodDescriptor> next = new LinkedHashMap<>();
        try {
            for (RingTimes.Slot slot : slots) {
                if (!next.containsKey(slot.period())) {
                    PeriodDescriptor known = descriptors.get(slot.period());
                    PeriodDescriptor descriptor =
                            known != null ? known : new PeriodDescriptor(identity, slot, environment.random());
                    next.put(slot.period(), descriptor);
                    descriptor.locate(view, slot);
                }
            }
        } catch (RuntimeException e) {
            closeBut(descriptors, next);
            throw e;
        }
        closeBut(next, descriptors);
        descriptors = next;
        located = current;
        return true;
    }

    /** Closes those of {@code which} that are not in {@code kept}. */
    private static void closeBut(Map<TimePeriod, PeriodDescriptor> kept, Map<TimePeriod, PeriodDescriptor> which) {
        which.values().stream()
                .filter(descriptor -> !kept.containsValue(descriptor))
                .forEach(PeriodDescriptor::close);
    }

    private void renew(PeriodDescriptor descriptor, Moment now) {
        try {
            if (descriptor.roundIn(now).isZero()) {
                descriptor.beginRound(now, content, state);
            } else {
                descriptor.retry(now, content, state);
            }
        } catch (RuntimeException e) {
            giveUp(descriptor, now, e);
        }
    }

    private void giveUp(PeriodDescriptor descriptor, Moment now, RuntimeException bug) {
        environment.bugs().error("a descriptor of an onion service could not be made", bug);
        descriptor.giveUpRound(now, pause(descriptor.givenUp()));
    }

    /** Begins uploads while there is room: those that haven't failed first. */
    private void upload(Moment now) {
        List<Result> queued = new ArrayList<>();
        for (PeriodDescriptor descriptor : descriptors.values()) {
            for (Target target : descriptor.targets()) {
                if (target.state() == Target.State.QUEUED) {
                    queued.add(new Result(descriptor, target, Optional.empty()));
                }
            }
        }
        queued.sort(Comparator.comparingInt(one -> one.target().failures()));
        for (Result one : queued) {
            if (closed || running.size() >= MAX_PARALLEL) {
                return;
            }
            if (one.target().state() == Target.State.QUEUED) {
                begin(one.descriptor(), one.target(), now);
            }
        }
    }

    private void begin(PeriodDescriptor descriptor, Target target, Moment now) {
        Bytes text;
        try {
            text = target.makeText();
        } catch (RuntimeException e) {
            giveUp(descriptor, now, e);
            return;
        }
        CompletableFuture<Optional<UploadFailure>> upload = Upload.start(environment, target.directory(), text);
        running.put(target, upload);
        target.run(upload);
        upload.whenComplete((failure, cancelled) -> {
            running.remove(target);
            if (cancelled == null) {
                results.add(new Result(descriptor, target, failure));
            }
            wake();
        });
        if (closed) {
            upload.cancel(false);
        }
    }

    private void scheduleNext(Moment now, boolean active) {
        Duration next = LOOK_AGAIN;
        if (active) {
            for (PeriodDescriptor descriptor : descriptors.values()) {
                next = earlier(next, descriptor.roundIn(now));
                for (Target target : descriptor.targets()) {
                    next = earlier(next, descriptor.retryIn(target, now).orElse(next));
                }
            }
        }
        schedule(next);
    }

    private void schedule(Duration next) {
        Cancellable following = environment.scheduler().schedule(this::wake, next);
        timer.getAndSet(following).cancel();
        if (closed) {
            following.cancel();
        }
    }

    private static Duration earlier(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /** Ends all uploads at once and wipes all keys. What directories have stays there until it expires. */
    @Override
    public void close() {
        closed = true;
        publishedNow = false;
        timer.get().cancel();
        running.values().forEach(upload -> upload.cancel(false));
        published.cancel(false);
        wipeIfClosed();
    }

    /** By whoever comes last: a step that is under way keeps its keys until its end. */
    private void wipeIfClosed() {
        if (closed && sequence.tryLock()) {
            try {
                descriptors.values().forEach(PeriodDescriptor::close);
                descriptors.clear();
                identity.close();
            } finally {
                sequence.unlock();
            }
        }
    }
}
