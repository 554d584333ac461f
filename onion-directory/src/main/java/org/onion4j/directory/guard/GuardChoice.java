package org.onion4j.directory.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.Guard.Reachable;
import org.onion4j.directory.guard.GuardSet.Network;
import org.onion4j.directory.guard.TimeSource.Moment;

/**
 * Chooses a guard for one circuit. Spec: guard-spec, "Selecting guards for circuits". Confined to {@link GuardManager}'s
 * lock.
 *
 * @param set the sample in use
 * @param network what is known of the network
 * @param usage what for
 * @param restriction which guards will do
 * @param stalled guards that have been asked, and are silent
 * @param now the time
 */
record GuardChoice(
        GuardSet set, Network network, GuardUsage usage, GuardRestriction restriction, Set<Guard> stalled, Moment now) {

    /** One of the first primary guards that may work and aren't silent, or empty. */
    Optional<Guard> primary(RandomSource random) {
        return primary(random, guard -> !stalled.contains(guard));
    }

    /** One of the first primary guards that may work, or empty. */
    Optional<Guard> anyPrimary(RandomSource random) {
        Optional<Guard> found = primary(random);
        return found.isPresent() ? found : primary(random, guard -> true);
    }

    /**
     * Whether it may well be the network, not the guards, that doesn't work: no primary guard is known to be down while
     * others worked, or others have failed since too.
     *
     * @param failures how many circuits have failed since anything worked
     */
    boolean mayBeTheNetwork(int failures) {
        List<Guard> primary = set.primary(network.parameters());
        return !primary.isEmpty()
                && (failures > primary.size()
                        || primary.stream().allMatch(guard -> stalled.contains(guard) || guard.isDownWithoutProof()));
    }

    private Optional<Guard> primary(RandomSource random, Predicate<Guard> condition) {
        GuardParameters parameters = network.parameters();
        int wanted = usage == GuardUsage.TRAFFIC ? parameters.primaryToUse() : parameters.primaryToUseForDirectory();
        List<Guard> candidates = new ArrayList<>();
        List<Guard> poorDirectories = new ArrayList<>();
        Guard lastResort = null;
        int considered = 0;
        for (Guard guard : set.primary(parameters)) {
            guard.considerRetry(now);
            if (considered >= wanted && !candidates.isEmpty()) {
                break;
            }
            if (!isAllowed(guard)) {
                considered++; // a guard ruled out by the path is not replaced as long as there is another one
            } else if (guard.reachable != Reachable.NO && isKnownWellEnough(guard) && condition.test(guard)) {
                if (usage == GuardUsage.DIRECTORY && guard.isPoorDirectory(now)) {
                    poorDirectories.add(guard);
                } else if (usage == GuardUsage.TRAFFIC && guard.isSetAside(now)) {
                    lastResort = lastResort == null || guard.isSetAsideBefore(lastResort) ? guard : lastResort;
                } else {
                    candidates.add(guard);
                    considered++;
                }
            }
        }
        if (candidates.isEmpty() && lastResort != null) {
            return Optional.of(lastResort); // the one that has had the least chance of late
        }
        List<Guard> choice = candidates.isEmpty() ? poorDirectories : candidates;
        return choice.isEmpty() ? Optional.empty() : Optional.of(choice.get(random.nextInt(choice.size())));
    }

    /** The best guard outside of the primary ones that isn't being tried already, or empty. */
    Optional<Guard> other() {
        for (Guard guard : set.sampled()) {
            guard.considerRetry(now);
        }
        Optional<Guard> confirmed = firstOther(guard -> guard.isConfirmed() && !guard.isSetAside(now));
        if (confirmed.isPresent()) {
            return confirmed;
        }
        set.expandSample(network, now);
        Optional<Guard> found = firstOther(guard -> !guard.isSetAside(now));
        return found.isPresent() ? found : firstOther(guard -> true);
    }

    private Optional<Guard> firstOther(Predicate<Guard> condition) {
        return set.sampled().stream()
                .filter(guard -> isFree(guard) && condition.test(guard))
                .findFirst();
    }

    /** Why there is none. */
    String lack() {
        if (set.sampled().stream().noneMatch(guard -> guard.relay.isPresent())) {
            return "no guard is known";
        }
        return set.sampled().stream().noneMatch(this::isAllowed)
                ? "each guard is of one family or subnet with the last hop"
                : "no guard is reachable";
    }

    private boolean isFree(Guard guard) {
        return !guard.primary && !guard.pending && guard.isUsable() && isAllowed(guard) && isKnownWellEnough(guard);
    }

    private boolean isAllowed(Guard guard) {
        return guard.relay.isPresent() && restriction.allows(guard.relay.get(), network.selector());
    }

    private boolean isKnownWellEnough(Guard guard) {
        return usage == GuardUsage.DIRECTORY || guard.hasMicrodescriptor();
    }
}
