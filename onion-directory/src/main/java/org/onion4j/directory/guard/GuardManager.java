package org.onion4j.directory.guard;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.Guard.Reachable;
import org.onion4j.directory.guard.GuardSet.Network;
import org.onion4j.directory.guard.GuardUse.State;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.NoPathException.Lack;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.path.Position;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's guards. Chooses one for each circuit, learns from what became of it, follows each new network view, and
 * remembers the guards from one run to the next. Spec: guard-spec.
 *
 * <p>Where it is stricter than the specification, so that an outage of the client's own network doesn't drive it to
 * guards beside its primary ones: a guard counts as confirmed only once a circuit through it may be used, not when it
 * merely got built. When another guard works, each primary guard that failed is tried again at once; only those that go
 * on failing while others work are down, and only then is the other guard's circuit used. While nothing works at all,
 * other guards are tried ever more rarely than the primary ones, and the sample doesn't grow. A guard through which
 * circuits come to nothing further on comes after the other primary ones for a while, but never after others: that may
 * well be the fault of the relays beyond, which would otherwise have a say in which guards are used.
 *
 * <p>Threading: any thread. One lock guards everything in this package; tasks of {@link GuardUse#onUsable} run after it
 * is let go. No method but {@link #save} blocks.
 */
public final class GuardManager {
    /** The name under which guards are saved. */
    public static final String STATE_NAME = "guards";

    private static final Logger LOG = LoggerFactory.getLogger(GuardManager.class);

    /** How long before or after its time of validity a consensus may still be used to judge guards. */
    private static final Duration REASONABLY_LIVE = Duration.ofDays(1);

    /** By how much the share of usable guards must differ from the limit before the sample is changed. */
    private static final double RESTRICTION_SLACK = 0.05;

    /** How long a guard that is only maybe reachable may be silent until others are tried beside it. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final StateStore store;
    private final TimeSource time;
    private final RandomSource random;
    private final Predicate<Relay> filter;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Map<String, GuardSet> sets = new LinkedHashMap<>(); // by name, also of samples we never use

    @GuardedBy("lock")
    private final List<GuardUse> uses = new ArrayList<>();

    @GuardedBy("lock")
    private GuardSet current;

    @GuardedBy("lock")
    private Optional<Network> network = Optional.empty();

    @GuardedBy("lock")
    private final NetworkSigns signs = new NetworkSigns();

    @GuardedBy("lock")
    private boolean warnedExtreme;

    private GuardManager(
            StateStore store, TimeSource time, RandomSource random, Predicate<Relay> filter, GuardState saved) {
        this.store = store;
        this.time = time;
        this.random = random;
        this.filter = filter;
        Map<String, List<GuardRecord>> byName = new LinkedHashMap<>();
        saved.guards()
                .forEach(record -> byName.computeIfAbsent(record.selection(), name -> new ArrayList<>())
                        .add(record));
        byName.forEach((name, records) -> sets.put(name, new GuardSet(name, random, records)));
        this.current = sets.computeIfAbsent(GuardSet.DEFAULT, this::newSet);
    }

    /**
     * The guards that the store remembers, or none. What is there but can't be read is set aside; the guards whose lines
     * are in order are kept.
     *
     * @param filter the guards that the client is willing and able to connect to; called under the lock: quick
     */
    public static GuardManager open(
            StateStore store, Clock clock, Ticker ticker, RandomSource random, Predicate<Relay> filter) {
        GuardState saved = GuardState.EMPTY;
        Optional<byte[]> text = store.read(STATE_NAME);
        boolean damaged = false;
        if (text.isPresent()) {
            try {
                saved = GuardState.decode(text.get());
            } catch (GuardStateException e) {
                store.setAside(STATE_NAME, e.getMessage());
                saved = e.readable();
                damaged = true;
            }
        }
        GuardManager manager = new GuardManager(store, new TimeSource(clock, ticker), random, filter, saved);
        if (damaged) {
            manager.markChanged();
        }
        return manager;
    }

    private GuardSet newSet(String name) {
        return new GuardSet(name, random, ImmutableList.of());
    }

    /**
     * Follows a new network view: another consensus, or more microdescriptors.
     *
     * @return whether another sample of guards is in use from now on, so that circuits through the old ones should not be
     *     used for new streams
     */
    @CanIgnoreReturnValue
    public boolean update(PathSelector selector) {
        lock.lock();
        try {
            Moment now = time.now();
            Predicate<Relay> willing = relay -> selector.rules().usable().test(relay) && filter.test(relay);
            Network next = new Network(
                    selector,
                    GuardParameters.of(selector.view()::parameter),
                    willing,
                    isReasonablyLive(selector.view(), now.wall()));
            network = Optional.of(next);
            GuardSet before = current;
            if (next.live()) {
                current = sets.computeIfAbsent(chooseSample(next), this::newSet);
            }
            current.update(next, now);
            return current != before;
        } finally {
            lock.unlock();
        }
    }

    private static boolean isReasonablyLive(NetworkView view, Instant now) {
        return !now.isBefore(view.validAfter().minus(REASONABLY_LIVE))
                && !now.isAfter(view.validUntil().plus(REASONABLY_LIVE));
    }

    /** Which sample suits the configuration. Spec: guard-spec, "State instances". */
    @GuardedBy("lock")
    private String chooseSample(Network next) {
        long guards = 0;
        long usable = 0;
        for (Relay relay : next.selector().view().relays()) {
            if (GuardSet.isPossibleGuard(relay)) {
                guards++;
                usable += next.filter().test(relay) ? 1 : 0;
            }
        }
        if (usable < guards * next.parameters().extremeRestriction() && !warnedExtreme) {
            warnedExtreme = true;
            LOG.warn("the configuration leaves {} of {} guards: that makes this client stand out", usable, guards);
        }
        double limit = guards * next.parameters().meaningfulRestriction();
        double factor = current.name().equals(GuardSet.RESTRICTED) ? 1 + RESTRICTION_SLACK : 1 - RESTRICTION_SLACK;
        return usable < Math.floor(limit * factor) ? GuardSet.RESTRICTED : GuardSet.DEFAULT;
    }

    /**
     * Chooses a guard for a circuit.
     *
     * @throws NoPathException if no guard is known, or all that are known were tried and failed; in that case each gets
     *     another chance from now on
     */
    public GuardUse choose(GuardUsage usage, GuardRestriction restriction) throws NoPathException {
        lock.lock();
        try {
            if (!network.isPresent()) {
                throw noGuard("the network is not known yet");
            }
            Moment now = time.now();
            GuardChoice choice = new GuardChoice(current, network.get(), usage, restriction, stalledGuards(now), now);
            Optional<Guard> chosen = choice.primary(random);
            if (!chosen.isPresent() && choice.mayBeTheNetwork(signs.failures()) && !signs.mayExplore(now)) {
                current.markUsedMaybeReachable();
                chosen = choice.anyPrimary(random);
            }
            State state = State.USABLE_ON_COMPLETION;
            if (!chosen.isPresent()) {
                chosen = choice.other();
                state = State.USABLE_IF_NO_BETTER_GUARD;
                chosen.ifPresent(guard -> guard.pending = true);
            }
            if (!chosen.isPresent()) {
                current.markAllMaybeReachable();
                throw noGuard(choice.lack());
            }
            Guard guard = chosen.get();
            guard.lastTried = Optional.of(now);
            boolean wasSilent = signs.isSilentFor(network.get().parameters().internetLikelyDown(), now);
            GuardUse use = new GuardUse(this, guard, restriction, state, wasSilent, now);
            uses.add(use);
            return use;
        } finally {
            lock.unlock();
        }
    }

    /** Guards from which a circuit has been waiting in vain for its first answer. */
    @GuardedBy("lock")
    private Set<Guard> stalledGuards(Moment now) {
        Set<Guard> stalled = new HashSet<>();
        for (GuardUse use : uses) {
            if (use.guard.reachable == Reachable.MAYBE && use.isUnanswered() && use.since.isOlderThan(PATIENCE, now)) {
                stalled.add(use.guard);
            }
        }
        return stalled;
    }

    boolean isPassedOver(GuardUse use) {
        lock.lock();
        try {
            if (!network.isPresent()) {
                return false;
            }
            Set<Guard> stalled = stalledGuards(time.now());
            return stalled.contains(use.guard)
                    && current.primary(network.get().parameters()).stream()
                            .anyMatch(guard -> guard.isUsable() && !stalled.contains(guard));
        } finally {
            lock.unlock();
        }
    }

    private static NoPathException noGuard(String message) {
        return new NoPathException(Position.GUARD, Lack.NO_GUARD, message);
    }

    /** Whether a path that ends at this relay could begin at one of the primary guards that may work. */
    public boolean suits(Relay last) {
        lock.lock();
        try {
            if (!network.isPresent()) {
                return false;
            }
            GuardRestriction restriction = GuardRestriction.unrelatedTo(last);
            for (Guard guard : current.primary(network.get().parameters())) {
                if (guard.reachable != Reachable.NO
                        && guard.hasMicrodescriptor()
                        && restriction.allows(guard.relay.get(), network.get().selector())) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The primary guards that circuits would go through and whose microdescriptors are missing. As long as there are any,
     * no circuit should be built: others would have to do in their place. Spec: guard-spec, "When we are missing
     * descriptors".
     */
    public ImmutableList<Relay> missingMicrodescriptors() {
        lock.lock();
        try {
            ImmutableList.Builder<Relay> missing = ImmutableList.builder();
            if (network.isPresent()) {
                int considered = 0;
                for (Guard guard : current.primary(network.get().parameters())) {
                    guard.considerRetry(time.now());
                    if (guard.reachable == Reachable.NO
                            || considered > network.get().parameters().primaryToUse()) {
                        continue;
                    }
                    considered++;
                    if (!guard.hasMicrodescriptor()) {
                        guard.relay.ifPresent(missing::add);
                    }
                }
            }
            return missing.build();
        } finally {
            lock.unlock();
        }
    }

    /** The device's network changed or came back: what we think of the primary guards no longer holds. */
    public void networkChanged() {
        lock.lock();
        try {
            current.markPrimaryMaybeReachable();
            signs.endSilence();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Looks whether waiting circuits may be used by now. To be called about once a second while there are such circuits,
     * as time alone may decide it.
     */
    public void refresh() {
        List<Runnable> tasks = new ArrayList<>();
        lock.lock();
        try {
            upgradeWaiting(time.now(), tasks);
        } finally {
            lock.unlock();
        }
        tasks.forEach(Runnable::run);
    }

    /** The primary guards, for tests. */
    ImmutableList<RsaIdentity> primaryIdentities() {
        lock.lock();
        try {
            ImmutableList.Builder<RsaIdentity> identities = ImmutableList.builder();
            current.primary(network.get().parameters()).forEach(guard -> identities.add(guard.identity));
            return identities.build();
        } finally {
            lock.unlock();
        }
    }

    /** How the guards are doing. */
    public GuardStatus status() {
        lock.lock();
        try {
            List<Guard> sampled = current.sampled();
            List<Guard> primary =
                    network.isPresent() ? current.primary(network.get().parameters()) : ImmutableList.<Guard>of();
            return new GuardStatus(
                    sampled.size(),
                    (int) sampled.stream().filter(guard -> guard.filtered).count(),
                    (int) sampled.stream().filter(Guard::isConfirmed).count(),
                    primary.size(),
                    (int) primary.stream()
                            .filter(guard -> guard.reachable == Reachable.NO)
                            .count());
        } finally {
            lock.unlock();
        }
    }

    /** What there is to remember. */
    public GuardState state() {
        lock.lock();
        try {
            ImmutableList.Builder<GuardRecord> records = ImmutableList.builder();
            sets.values().forEach(set -> records.addAll(set.records()));
            return new GuardState(records.build());
        } finally {
            lock.unlock();
        }
    }

    /** Saves what changed since the last time, if anything. May block on the disk. */
    public void save() {
        boolean changed = false;
        lock.lock();
        try {
            for (GuardSet set : sets.values()) {
                changed |= set.takeChanged();
            }
        } finally {
            lock.unlock();
        }
        if (changed) {
            store.write(STATE_NAME, state().encode());
        }
    }

    private void markChanged() {
        lock.lock();
        try {
            current.markChanged();
        } finally {
            lock.unlock();
        }
    }

    // What follows are the reports of GuardUse.

    State stateOf(GuardUse use) {
        lock.lock();
        try {
            return use.stateLocked();
        } finally {
            lock.unlock();
        }
    }

    void onUsable(GuardUse use, Runnable task) {
        lock.lock();
        try {
            use.setOnUsable(task);
        } finally {
            lock.unlock();
        }
    }

    void answered(GuardUse use) {
        lock.lock();
        try {
            use.setAnswered();
            signs.noteActivity(time.now());
        } finally {
            lock.unlock();
        }
    }

    State succeeded(GuardUse use) {
        List<Runnable> tasks = new ArrayList<>();
        lock.lock();
        try {
            if (!use.isBuilding()) {
                return use.stateLocked();
            }
            Moment now = time.now();
            signs.noteActivity(now);
            signs.endSilence();
            Guard guard = use.guard;
            guard.noteSuccess();
            guard.countCircuit(true, network.get().parameters().pathBias());
            if (!current.isSampled(guard)) {
                use.move(State.DEAD, now);
                uses.remove(use);
                return State.DEAD;
            }
            current.markChanged();
            if (use.stateLocked() == State.USABLE_ON_COMPLETION || guard.primary) {
                complete(use, now);
            } else {
                use.move(State.WAITING_FOR_BETTER_GUARD, now);
                retryPrimary(use.silentBefore);
                upgradeWaiting(now, tasks);
            }
            return use.stateLocked();
        } finally {
            lock.unlock();
            tasks.forEach(Runnable::run);
        }
    }

    @GuardedBy("lock")
    private void complete(GuardUse use, Moment now) {
        use.move(State.COMPLETE, now);
        current.confirm(use.guard, network.get().parameters(), now.wall());
    }

    /** Another guard works, so the network does: lets those primary guards that were down with it show themselves. */
    @GuardedBy("lock")
    private void retryPrimary(boolean wasSilentForLong) {
        for (Guard guard : current.primary(network.get().parameters())) {
            if (wasSilentForLong) {
                guard.forgetDisproofs();
            }
            guard.noteOtherWorks();
        }
    }

    void failed(GuardUse use, GuardFailure why) {
        List<Runnable> tasks = new ArrayList<>();
        lock.lock();
        try {
            if (!use.isBuilding()) {
                return;
            }
            Moment now = time.now();
            Guard guard = use.guard;
            Moment begun = use.since;
            use.move(State.DEAD, now);
            uses.remove(use);
            releasePending(guard);
            boolean unreachable = switch (why) {
                case UNREACHABLE -> true;
                case NO_NETWORK -> false;
                case LINK_DEAD -> {
                    guard.noteDoubt();
                    yield false;
                }
                case CLOCK, DESTROYED -> guard.isUnwillingAfterRefusal();
                case LATER_HOP -> {
                    guard.countCircuit(false, network.get().parameters().pathBias());
                    guard.noteLoss(now);
                    yield false;
                }
            };
            if (unreachable) {
                LOG.debug("a guard (primary: {}) is unreachable now: {}", guard.primary, why);
                signs.noteFailure();
                guard.noteUnreachable(now);
                if (signs.answeredDuring(begun, now)) {
                    guard.noteProvenDown();
                }
            }
            upgradeWaiting(now, tasks);
        } finally {
            lock.unlock();
            tasks.forEach(Runnable::run);
        }
    }

    void closed(GuardUse use) {
        List<Runnable> tasks = new ArrayList<>();
        lock.lock();
        try {
            if (use.stateLocked() == State.DEAD) {
                return;
            }
            Moment now = time.now();
            use.move(State.DEAD, now);
            uses.remove(use);
            releasePending(use.guard);
            upgradeWaiting(now, tasks);
        } finally {
            lock.unlock();
            tasks.forEach(Runnable::run);
        }
    }

    @GuardedBy("lock")
    private void releasePending(Guard guard) {
        guard.pending = guard.pending
                && uses.stream()
                        .anyMatch(other ->
                                other.guard == guard && other.stateLocked() == State.USABLE_IF_NO_BETTER_GUARD);
    }

    void doubted(GuardUse use) {
        lock.lock();
        try {
            use.guard.noteDoubt();
        } finally {
            lock.unlock();
        }
    }

    void used(GuardUse use, boolean good) {
        lock.lock();
        try {
            Moment now = time.now();
            if (good) {
                signs.noteActivity(now);
            }
            use.guard.noteUse(good, network.get().parameters().pathBias(), now);
        } finally {
            lock.unlock();
        }
    }

    void directoryAnswered(GuardUse use, boolean good) {
        lock.lock();
        try {
            use.guard.noteDirectoryAnswer(good, time.now());
        } finally {
            lock.unlock();
        }
    }

    boolean isExpired(GuardUse use) {
        lock.lock();
        try {
            return use.stateLocked() == State.WAITING_FOR_BETTER_GUARD
                    && use.since.isOlderThan(network.get().parameters().nonPrimaryIdleTimeout(), time.now());
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void upgradeWaiting(Moment now, List<Runnable> tasks) {
        if (!network.isPresent()) {
            return;
        }
        boolean again = true;
        while (again) {
            again = false;
            for (GuardUse use : ImmutableList.copyOf(uses)) {
                if (new WaitingCircuits(current, network.get(), uses, now).isReady(use)) {
                    complete(use, now);
                    tasks.add(use.onUsableTask());
                    again = true;
                }
            }
        }
    }
}
