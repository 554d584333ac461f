package org.onion4j.directory.guard;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.view.Relay;

/**
 * One sample of guards and the sets made from it: filtered, confirmed, primary. Which of them a circuit gets is {@link
 * GuardChoice}'s business. Spec: guard-spec, "The algorithm". Confined to {@link GuardManager}'s lock.
 */
final class GuardSet {
    /** The sample of an ordinary configuration. */
    static final String DEFAULT = "default";
    /** The sample of a configuration that leaves few guards: drawn from those alone. */
    static final String RESTRICTED = "restricted";

    private static final String SAMPLED_BY = "onion4j";

    private final String name;
    private final RandomSource random;
    private final List<Guard> sampled = new ArrayList<>(); // in the order in which they were sampled
    private List<Guard> primary = new ArrayList<>();
    private boolean primaryUpToDate;
    private boolean changed;

    GuardSet(String name, RandomSource random, Collection<GuardRecord> saved) {
        this.name = name;
        this.random = random;
        saved.forEach(record -> sampled.add(new Guard(record)));
    }

    /**
     * What a set is updated from.
     *
     * @param selector the network
     * @param parameters its parameters
     * @param filter the guards we are willing to connect to
     * @param live whether its consensus is recent enough to draw conclusions from
     */
    record Network(PathSelector selector, GuardParameters parameters, Predicate<Relay> filter, boolean live) {}

    /** Whether a relay belongs to the guards of the network: it must do for all circuits and directory requests. */
    static boolean isPossibleGuard(Relay relay) {
        return relay.has(RelayFlag.GUARD)
                && relay.has(RelayFlag.STABLE)
                && relay.has(RelayFlag.FAST)
                && relay.has(RelayFlag.VALID)
                && relay.has(RelayFlag.V2_DIR)
                && !relay.has(RelayFlag.MIDDLE_ONLY);
    }

    String name() {
        return name;
    }

    List<Guard> sampled() {
        return sampled;
    }

    boolean isSampled(Guard guard) {
        return sampled.contains(guard);
    }

    List<GuardRecord> records() {
        List<GuardRecord> records = new ArrayList<>(sampled.size());
        sampled.forEach(guard -> records.add(guard.toRecord(name)));
        return records;
    }

    /** Whether there is something to save since this was last asked. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    void markChanged() {
        changed = true;
    }

    /** Follows a new network view or configuration. Spec: guard-spec, "Whenever we get a new consensus". */
    void update(Network network, Moment now) {
        for (Guard guard : sampled) {
            guard.relay = network.selector().view().relay(guard.identity).filter(GuardSet::isPossibleGuard);
        }
        if (network.live()) {
            updateListed(network.parameters(), now.wall());
            expire(network.parameters(), now.wall());
        }
        for (Guard guard : sampled) {
            filter(guard, network);
        }
        primaryUpToDate = false;
        expandSample(network, now);
    }

    private void filter(Guard guard, Network network) {
        boolean dropped = network.parameters().pathBias().dropGuards()
                && guard.isBiased(network.parameters().pathBias());
        guard.filtered = guard.relay.isPresent()
                && !guard.unlistedSince.isPresent()
                && !dropped
                && network.filter().test(guard.relay.get());
    }

    private void updateListed(GuardParameters parameters, Instant now) {
        for (Guard guard : sampled) {
            boolean listed = guard.relay.isPresent();
            if (listed && guard.unlistedSince.isPresent()) {
                guard.unlistedSince = Optional.empty();
                changed = true;
            } else if (!listed && !guard.unlistedSince.isPresent()) {
                guard.unlistedSince =
                        Optional.of(before(now, parameters.removeUnlistedAfter().dividedBy(5)));
                changed = true;
            }
        }
    }

    private void expire(GuardParameters parameters, Instant now) {
        for (Guard guard : ImmutableList.copyOf(sampled)) {
            if (guard.sampledOn.isAfter(now)) {
                guard.sampledOn = now; // the clock was ahead then
                changed = true;
            }
            if (guard.confirmedOn.isPresent() && guard.confirmedOn.get().isAfter(now)) {
                guard.confirmedOn = Optional.of(now);
                changed = true;
            }
            if (isExpired(guard, parameters, now)) {
                sampled.remove(guard);
                primary.remove(guard);
                changed = true;
            }
        }
    }

    private static boolean isExpired(Guard guard, GuardParameters parameters, Instant now) {
        if (guard.unlistedSince.isPresent()
                && guard.unlistedSince
                        .get()
                        .plus(parameters.removeUnlistedAfter())
                        .isBefore(now)) {
            return true;
        }
        if (guard.confirmedOn.isPresent()) {
            return guard.confirmedOn
                    .get()
                    .plus(parameters.confirmedMinLifetime())
                    .isBefore(now);
        }
        return guard.sampledOn.plus(parameters.lifetime()).isBefore(now);
    }

    /** A random time between then and {@code atMost} before, in whole seconds. */
    private Instant before(Instant then, Duration atMost) {
        return then.truncatedTo(ChronoUnit.SECONDS)
                .minusSeconds(random.nextLong(Math.max(1, atMost.toMillis() / 1000)));
    }

    /**
     * Draws more guards while there are too few that we could use. While nothing answers at all, guards that don't
     * answer count as well: else each outage of the network would make us know more guards.
     */
    void expandSample(Network network, Moment now) {
        if (!network.live()) {
            return;
        }
        boolean silent = isSilent();
        int usable = 0;
        for (Guard guard : sampled) {
            guard.considerRetry(now);
            usable += guard.isUsable() || (guard.filtered && silent) ? 1 : 0;
        }
        GuardParameters parameters = network.parameters();
        if (usable >= parameters.minFilteredSample()) {
            return;
        }
        Set<RsaIdentity> known = new HashSet<>();
        sampled.forEach(guard -> known.add(guard.identity));
        boolean restricted = name.equals(RESTRICTED);
        Predicate<Relay> eligible = relay ->
                isPossibleGuard(relay) && (!restricted || network.filter().test(relay));
        int max = maxSample(network, eligible);
        while (usable < parameters.minFilteredSample() && sampled.size() < max) {
            Optional<Relay> drawn = network.selector()
                    .drawGuard(relay -> eligible.test(relay) && !known.contains(relay.rsaIdentity()), random);
            if (!drawn.isPresent()) {
                return;
            }
            Instant sampledOn = before(now.wall(), parameters.lifetime().dividedBy(10));
            Guard guard = new Guard(drawn.get(), sampledOn, SAMPLED_BY);
            known.add(guard.identity);
            sampled.add(guard);
            changed = true;
            filter(guard, network);
            usable += guard.filtered ? 1 : 0;
        }
    }

    private static int maxSample(Network network, Predicate<Relay> eligible) {
        GuardParameters parameters = network.parameters();
        long guards =
                network.selector().view().relays().stream().filter(eligible).count();
        int byShare = (int) (guards * parameters.maxSampleThreshold());
        return Math.max(Math.min(byShare, parameters.maxSampleSize()), parameters.minFilteredSample());
    }

    /** The primary guards in the order in which they were sampled. Spec: guard-spec, "The Primary guards". */
    List<Guard> primary(GuardParameters parameters) {
        if (!primaryUpToDate) {
            updatePrimary(parameters.primaryGuards());
            primaryUpToDate = true;
        }
        return primary;
    }

    private void updatePrimary(int wanted) {
        List<Guard> next = new ArrayList<>();
        List<Guard> confirmedFirst = new ArrayList<>();
        sampled.stream().filter(Guard::isConfirmed).forEach(confirmedFirst::add);
        confirmedFirst.addAll(primary);
        confirmedFirst.addAll(sampled);
        for (Guard guard : confirmedFirst) {
            if (next.size() < wanted && guard.filtered && !next.contains(guard)) {
                next.add(guard);
            }
        }
        primary = new ArrayList<>();
        for (Guard guard : sampled) {
            guard.primary = next.contains(guard);
            if (guard.primary) {
                primary.add(guard);
            }
        }
    }

    /** Marks a guard as one we have used and mean to use again. */
    void confirm(Guard guard, GuardParameters parameters, Instant now) {
        if (guard.isConfirmed()) {
            return;
        }
        int next = 0;
        for (Guard other : sampled) {
            next = other.isConfirmed() ? Math.max(next, other.confirmedIndex + 1) : next;
        }
        guard.confirmedIndex = next;
        guard.confirmedOn = Optional.of(before(now, parameters.lifetime().dividedBy(10)));
        primaryUpToDate = false;
        changed = true;
    }

    /** Whether each primary guard failed, and nothing has worked since: it may be the network. */
    boolean isSilent() {
        return !primary.isEmpty() && primary.stream().allMatch(Guard::isDownWithoutProof);
    }

    void markPrimaryMaybeReachable() {
        primary.forEach(Guard::markMaybeReachable);
    }

    /** Lets the guards that we would use anyway be tried again: primary ones and those that we have used before. */
    void markUsedMaybeReachable() {
        for (Guard guard : sampled) {
            if (guard.primary || guard.isConfirmed()) {
                guard.markMaybeReachable();
            }
        }
    }

    void markAllMaybeReachable() {
        sampled.forEach(Guard::markMaybeReachable);
    }
}
