package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.message.IntroEstablished;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.supply.InternalCircuit;
import org.onion4j.directory.supply.OnionPurpose;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The introduction points of a service: chooses them, sees to it that as many as are wanted are there, and replaces those
 * that fail, have served, or are gone from the consensus. At the beginning a few more are tried, and the first to answer
 * are taken. One that has served stays until clients have been told of its successor, and a while longer. Spec:
 * rend-spec-v3, "Requesting an introduction point"; what it leaves open is done as C tor does it.
 *
 * <p>Threading: belongs to the sequence of tasks of its service. Introductions are handed on by the channels' readers.
 */
final class ServicePoints {
    private static final Logger log = LoggerFactory.getLogger(ServicePoints.class);

    /** For the answer to ESTABLISH_INTRO. */
    private static final Duration ESTABLISH_LIMIT = Duration.ofSeconds(30);

    private static final int DEFAULT_EXTRA = 2;
    private static final int MAX_RETRIES = 3;
    /** A point that failed so often still gets its chance, but another one is looked for. */
    private static final int DOUBTFUL = 2;

    private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int MAX_DOUBLINGS = 5;
    /**
     * So often the pause is the shortest: where all guards that we prefer have died at once, it takes some tries of each,
     * and 20 seconds, until others are used in their place.
     */
    private static final int SHORT_PAUSES = 40;

    /** How long the first descriptor waits for points that are still missing. */
    private static final Duration FIRST_WAIT = Duration.ofSeconds(30);
    /** How long a point goes on that clients are no longer told of, for those who were told before. */
    private static final Duration LINGER = Duration.ofMinutes(10);

    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

    /** Who uses the points; called in the sequence. */
    interface Listener {
        /** Clients are to be told of other points from now on, or more or fewer of them are there. */
        void onChanged();

        /** Circuits can be built again, which for a while they could not, whichever relays were chosen. */
        void onNetworkBack();
    }

    private final ServiceEnvironment environment;
    private final TimeSource time;
    private final TaskSequence sequence;
    private final int wanted;
    private final Optional<MessageExtension> limit;
    private final BiConsumer<ServicePoint, Introduce2> introductions;
    private final Listener listener;
    private final PointPicker picker;
    private final LaunchLimit launches;
    private final List<ServicePoint> points = new ArrayList<>();
    private Set<ServicePoint> announced = new LinkedHashSet<>();
    private Optional<Moment> firstEstablished = Optional.empty();
    private Optional<Moment> pausedUntil = Optional.empty();
    private Optional<Cancellable> alarm = Optional.empty();
    private int lastEstablished;
    private int ownFailures;
    private boolean ended;

    /**
     * None yet.
     *
     * @param introductions is told what comes, on a channel's reader: must not block
     */
    ServicePoints(
            ServiceEnvironment environment,
            TimeSource time,
            TaskSequence sequence,
            ServiceOptions options,
            BiConsumer<ServicePoint, Introduce2> introductions,
            Listener listener) {
        this.environment = environment;
        this.time = time;
        this.sequence = sequence;
        this.wanted = options.introductionPoints();
        this.limit = options.limit().map(IntroductionLimits::extension);
        this.introductions = introductions;
        this.listener = listener;
        this.picker = new PointPicker(environment.circuits());
        // As many as C tor begins for the two descriptors that it keeps apart.
        this.launches = new LaunchLimit(2 * (wanted + DEFAULT_EXTRA + wanted * MAX_RETRIES));
    }

    /** What clients are to be told of. */
    ImmutableList<ServicePoint> announced() {
        return ImmutableList.copyOf(announced);
    }

    ImmutableList<ServicePoint> all() {
        return ImmutableList.copyOf(points);
    }

    int establishedCount() {
        return (int) points.stream()
                .filter(point -> point.is(ServicePoint.State.ESTABLISHED))
                .count();
    }

    /** Takes up one that an earlier run had; before the first look. */
    void restore(ServicePoint point) {
        points.add(point);
    }

    /** Looks after the points, and at what time to do so again. */
    void look() {
        alarm.ifPresent(Cancellable::cancel);
        alarm = Optional.empty();
        Optional<NetworkView> view = environment.circuits().view();
        if (ended || !view.isPresent()) {
            return;
        }
        Moment now = time.now();
        Duration sleep = LONGEST_SLEEP;
        try {
            look(view.get(), now);
            sleep = untilNext(now);
        } finally { // whatever has failed: points are looked after for as long as the service lives
            alarm = Optional.of(environment.scheduler().schedule(() -> sequence.run(this::look), sleep));
        }
    }

    private void look(NetworkView view, Moment now) {
        try {
            retire(view, now);
            if (!isPaused(now)) {
                choose(view, now);
                launch(now);
            }
        } catch (RandomnessException e) {
            log.debug("no randomness for introduction points", e);
            backOff();
        }
        dropSurplus();
        announce(now);
        endLeaving(now);
    }

    private boolean isPaused(Moment now) {
        return pausedUntil.isPresent() && isBefore(now, pausedUntil.get());
    }

    private static boolean isBefore(Moment a, Moment b) {
        return a.ticks() - b.ticks() < 0;
    }

    private void pause(Duration length) {
        pausedUntil = Optional.of(later(length));
    }

    private Moment later(Duration delay) {
        Moment now = time.now();
        return new Moment(now.wall().plus(delay), now.ticks() + delay.toNanos());
    }

    /** Those whose relay is gone, or that have served, leave. */
    private void retire(NetworkView view, Moment now) {
        for (ServicePoint point : points) {
            Optional<Relay> relay = view.relay(point.identity()).filter(Relay::hasMicrodescriptor);
            relay.ifPresent(point::setRelay);
            if (!view.relay(point.identity()).isPresent() || point.isWornOut(now)) {
                point.leave(now);
            }
        }
        for (ServicePoint point : all()) {
            if (point.isLeaving() && !point.is(ServicePoint.State.ESTABLISHED)) {
                end(point);
            }
        }
    }

    /** Points that are there or have good prospects. */
    private int count() {
        int count = 0;
        for (ServicePoint point : points) {
            boolean promising = point.is(ServicePoint.State.ESTABLISHED) || point.failures() < DOUBTFUL;
            count += !point.isLeaving() && promising ? 1 : 0;
        }
        return count;
    }

    private void choose(NetworkView view, Moment now) {
        int missing = wanted - count();
        if (missing <= 0) {
            return;
        }
        if (points.isEmpty()) {
            missing += view.parameter("hs_intro_num_extra", DEFAULT_EXTRA, 0, 128);
        }
        Set<RsaIdentity> taken = new HashSet<>();
        points.forEach(point -> taken.add(point.identity()));
        for (int i = 0; i < missing; i++) {
            Optional<Relay> relay = picker.pick(taken, now);
            if (!relay.isPresent()) {
                log.debug("no further relay can be an introduction point");
                return;
            }
            taken.add(relay.get().rsaIdentity());
            points.add(new ServicePoint(relay.get(), PointKeys.generate(environment.random()), term(view, now)));
        }
    }

    private ServicePoint.Term term(NetworkView view, Moment now) {
        int most = Integer.MAX_VALUE;
        int introductions = between(
                view.parameter("hs_intro_min_introduce2", 16_384, 0, most),
                view.parameter("hs_intro_max_introduce2", 32_768, 0, most));
        int seconds = between(
                view.parameter("hs_intro_min_lifetime", 18 * 3600, 0, most),
                view.parameter("hs_intro_max_lifetime", 24 * 3600, 0, most));
        return new ServicePoint.Term(now, Duration.ofSeconds(seconds), introductions);
    }

    private int between(int min, int max) {
        RandomSource random = environment.random();
        return max <= min ? min : min + random.nextInt(max - min);
    }

    private void launch(Moment now) {
        for (ServicePoint point : all()) {
            boolean due = point.is(ServicePoint.State.WAITING)
                    && !point.notBefore()
                            .filter(moment -> isBefore(now, moment))
                            .isPresent();
            if (!due) {
                continue;
            }
            if (!launches.take(now)) {
                log.debug("enough circuits to introduction points for now");
                pause(launches.rest(now));
                return;
            }
            connect(point);
        }
    }

    private void connect(ServicePoint point) {
        CompletableFuture<InternalCircuit> building =
                environment.circuits().to(OnionPurpose.SERVICE_INTRODUCTION, point.relay());
        point.connect(building);
        building.whenComplete((circuit, failure) -> sequence.run(() -> {
            if (!point.isCircuit(building)) {
                return; // given up, and closed with that
            }
            if (failure != null) {
                onLost(point, Futures.cause(failure));
            } else {
                ask(point, building, circuit);
            }
        }));
    }

    private void ask(ServicePoint point, CompletableFuture<InternalCircuit> building, InternalCircuit circuit) {
        CompletableFuture<IntroEstablished> established = circuit.circuit()
                .establishIntroduction(
                        point.keys().authentication(),
                        extensions(point.relay()),
                        message -> introductions.accept(point, message));
        Futures.limit(established, ESTABLISH_LIMIT, environment.scheduler());
        circuit.expect(established);
        established.whenComplete((message, failure) -> sequence.run(() -> {
            if (!point.isCircuit(building)) {
                return;
            }
            if (failure != null) {
                circuit.failed();
                onLost(
                        point,
                        established.isCancelled()
                                ? new CircuitException(
                                        CircuitException.Kind.TIMEOUT, "a relay did not become introduction point")
                                : Futures.cause(failure));
            } else {
                circuit.answered();
                circuit.tend();
                point.establish();
                firstEstablished = Optional.of(firstEstablished.orElseGet(time::now));
                if (ownFailures > 0) {
                    ownFailures = 0;
                    listener.onNetworkBack();
                }
                look();
            }
        }));
        circuit.circuit()
                .closed()
                .thenAccept(cause -> sequence.run(() -> {
                    if (point.isCircuit(building)) {
                        onLost(point, cause);
                    }
                }));
    }

    private ImmutableList<MessageExtension> extensions(Relay relay) {
        return limit.isPresent() && IntroductionLimits.understands(relay)
                ? ImmutableList.of(limit.get())
                : ImmutableList.of();
    }

    private void onLost(ServicePoint point, Throwable why) {
        log.debug("an introduction point is lost", why);
        if (isOfThePoint(why)) {
            point.countFailure();
        } else {
            launches.giveBack();
            backOff();
        }
        if (point.failures() > MAX_RETRIES) {
            picker.remember(point.identity(), time.now());
            end(point);
        } else {
            point.lose(later(RETRY_PAUSE.multipliedBy(1L << point.failures())));
        }
        look();
    }

    /** We can't build circuits for the time being, whichever relays we choose: in the end we wait for longer each time. */
    private void backOff() {
        if (!isPaused(time.now())) {
            Duration longer =
                    RETRY_PAUSE.multipliedBy(1L << Math.min(Math.max(0, ownFailures - SHORT_PAUSES), MAX_DOUBLINGS));
            ownFailures++;
            pause(shorter(longer, LONGEST_PAUSE));
        }
    }

    /** Whether a failure says something of the relay or the path to it, rather than of our own link or of ourselves. */
    private static boolean isOfThePoint(Throwable why) {
        if (why instanceof CircuitException circuit) {
            return switch (circuit.kind()) {
                case HANDSHAKE, DESTROYED, PROTOCOL, TIMEOUT -> true;
                case CHANNEL, MEMORY, LOCAL, LIMIT, CLOSED -> false;
            };
        }
        return !(why instanceof NoPathException
                || why instanceof ChannelException
                || why instanceof RandomnessException);
    }

    /** Once as many as are wanted are there, the others are not. */
    private void dropSurplus() {
        List<ServicePoint> established = new ArrayList<>();
        for (ServicePoint point : points) {
            if (point.is(ServicePoint.State.ESTABLISHED) && !point.isLeaving()) {
                established.add(point);
            }
        }
        if (established.size() < wanted) {
            return;
        }
        // What clients know already is kept, if only as many are there as may be.
        established.sort((a, b) -> Boolean.compare(announced.contains(b), announced.contains(a)));
        Set<ServicePoint> kept = ImmutableSet.copyOf(established.subList(0, wanted));
        for (ServicePoint point : all()) {
            if (!point.isLeaving() && !kept.contains(point)) {
                end(point);
            }
        }
    }

    private void announce(Moment now) {
        Set<ServicePoint> next = new LinkedHashSet<>();
        boolean waits = announced.isEmpty()
                && establishedActive().size() < wanted
                && !firstEstablished
                        .filter(since -> since.isOlderThan(FIRST_WAIT, now))
                        .isPresent();
        if (!waits) {
            add(next, establishedActive());
            for (ServicePoint point : announced) {
                if (point.is(ServicePoint.State.ESTABLISHED)) {
                    add(next, ImmutableList.of(point)); // has served, but nobody has taken its place
                }
            }
            for (ServicePoint point : announced) {
                if (!point.is(ServicePoint.State.ENDED)) {
                    add(next, ImmutableList.of(point)); // perhaps it comes back
                }
            }
        }
        int established = establishedCount();
        boolean others = !next.equals(announced);
        if (others) { // else they keep their order, or descriptors would seem to have changed
            announced = next;
        }
        boolean changed = others || established != lastEstablished;
        lastEstablished = established;
        points.forEach(point -> point.setAnnounced(announced.contains(point), now));
        if (changed) {
            listener.onChanged();
        }
    }

    private void add(Set<ServicePoint> set, List<ServicePoint> more) {
        for (ServicePoint point : more) {
            if (set.size() < wanted) {
                set.add(point);
            }
        }
    }

    /** Those that clients know already come first. */
    private List<ServicePoint> establishedActive() {
        List<ServicePoint> list = new ArrayList<>();
        for (ServicePoint point : points) {
            if (point.is(ServicePoint.State.ESTABLISHED) && !point.isLeaving()) {
                list.add(point);
            }
        }
        list.sort((a, b) -> Boolean.compare(announced.contains(b), announced.contains(a)));
        return list;
    }

    private void endLeaving(Moment now) {
        for (ServicePoint point : all()) {
            boolean over = point.isLeaving()
                    && !announced.contains(point)
                    && point.unannouncedSince()
                            .filter(since -> since.isOlderThan(LINGER, now))
                            .isPresent();
            if (over) {
                end(point);
            }
        }
    }

    private void end(ServicePoint point) {
        point.end();
        points.remove(point);
    }

    private Duration untilNext(Moment now) {
        Duration next = LONGEST_SLEEP;
        for (ServicePoint point : points) {
            if (point.is(ServicePoint.State.WAITING) && point.notBefore().isPresent()) {
                next = shorter(next, until(now, point.notBefore().get()));
            }
            if (!point.isLeaving()) {
                next = shorter(
                        next, point.term().lifetime().minus(point.term().since().until(now)));
            }
        }
        if (isPaused(now)) {
            next = shorter(LONGEST_SLEEP, until(now, pausedUntil.get()));
        }
        if (announced.isEmpty() && firstEstablished.isPresent()) {
            next = shorter(next, FIRST_WAIT.minus(firstEstablished.get().until(now)));
        }
        return next.isNegative() || next.isZero() ? RETRY_PAUSE : next;
    }

    private static Duration until(Moment now, Moment later) {
        return Duration.ofNanos(later.ticks() - now.ticks());
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Somebody is no longer to find the service: none of the points that he knows may go on. */
    void replaceAll() {
        for (ServicePoint point : all()) {
            end(point);
        }
        announced = new LinkedHashSet<>();
        listener.onChanged(); // even if none was up
        firstEstablished = Optional.empty();
        launches.reset();
        look();
    }

    /** The device has another network: what failed on the old one says nothing of the new one. */
    void networkChanged() {
        picker.forget();
        launches.reset();
        pausedUntil = Optional.empty();
        ownFailures = 0;
        look();
    }

    /** Closes all circuits and wipes the keys. */
    void end() {
        ended = true;
        alarm.ifPresent(Cancellable::cancel);
        for (ServicePoint point : all()) {
            end(point);
        }
        announced = new LinkedHashSet<>();
    }
}
