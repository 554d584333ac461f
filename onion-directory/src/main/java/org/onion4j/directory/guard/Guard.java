package org.onion4j.directory.guard;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.guard.GuardParameters.PathBiasParameters;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.view.Relay;

/**
 * One sampled guard: what is remembered of it, and what we found out in this run. Spec: guard-spec, "The Sampled Guard
 * Set". Confined to {@link GuardManager}'s lock.
 */
final class Guard {
    /** Whether the guard answers. */
    enum Reachable {
        YES,
        NO,
        /** Worth a try. */
        MAYBE
    }

    /** So many refusals in a row, and the guard counts as unreachable. */
    private static final int REFUSAL_LIMIT = 3;

    /** So many circuits in a row lost after their first hop, and other primary guards are better. */
    private static final int LOSS_LIMIT = 9;

    /** So many circuits in a row that got built and were of no use, and other primary guards are better. */
    private static final int USELESS_LIMIT = 5;

    /** A guard is down, not the network, if it failed so often while others worked, and for so long. */
    private static final int DISPROOFS_NEEDED = 3;

    private static final Duration MIN_DOWN_TIME = Duration.ofSeconds(30);

    private static final Duration MIN_DIRECTORY_DELAY = Duration.ofMinutes(1);
    private static final int MAX_DIRECTORY_DOUBLINGS = 6;

    final RsaIdentity identity;
    private final String nickname;
    private final String sampledBy;
    private final ImmutableList<String> extra;

    Instant sampledOn;
    Optional<Instant> unlistedSince;
    Optional<Instant> confirmedOn;
    int confirmedIndex;
    private PathBias pathBias;

    /** The relay of the current view, while that lists it as a guard. */
    Optional<Relay> relay = Optional.empty();

    /** Whether we are willing to connect to it. */
    boolean filtered;

    boolean primary;

    /** Being tried in place of a primary guard. */
    boolean pending;

    Reachable reachable = Reachable.MAYBE;

    /** How often it failed since it last worked with another guard working soon after: else it may be the network. */
    private int disproofs;

    private boolean failedSinceDisproof;
    Optional<Moment> failingSince = Optional.empty();
    Optional<Moment> lastTried = Optional.empty();
    private int refusals;
    private int losses;
    private int useless;

    /** Since when circuits through it have come to nothing beyond it: whose fault that is can't be told. */
    private Optional<Moment> setAsideAt = Optional.empty();

    private int directoryFailures;
    private Optional<Moment> directoryFailedAt = Optional.empty();

    /** A guard that was just drawn. */
    Guard(Relay relay, Instant sampledOn, String sampledBy) {
        this.identity = relay.rsaIdentity();
        this.nickname = relay.nickname();
        this.sampledBy = sampledBy;
        this.extra = ImmutableList.of();
        this.sampledOn = sampledOn;
        this.unlistedSince = Optional.empty();
        this.confirmedOn = Optional.empty();
        this.pathBias = PathBias.NONE;
        this.relay = Optional.of(relay);
    }

    /** A guard of an earlier run. */
    Guard(GuardRecord saved) {
        this.identity = saved.identity();
        this.nickname = saved.nickname();
        this.sampledBy = saved.sampledBy();
        this.extra = saved.extra();
        this.sampledOn = saved.sampledOn();
        this.unlistedSince = saved.unlistedSince();
        this.confirmedOn = saved.confirmedOn();
        this.confirmedIndex = saved.confirmedIndex();
        this.pathBias = saved.pathBias();
    }

    GuardRecord toRecord(String selection) {
        return new GuardRecord(
                selection,
                identity,
                nickname,
                sampledOn,
                sampledBy,
                unlistedSince,
                confirmedOn,
                confirmedIndex,
                pathBias,
                extra);
    }

    boolean isConfirmed() {
        return confirmedOn.isPresent();
    }

    boolean isUsable() {
        return filtered && reachable != Reachable.NO;
    }

    boolean hasMicrodescriptor() {
        return relay.isPresent() && relay.get().hasMicrodescriptor();
    }

    /** Lets an unreachable guard be tried again when its time has come. */
    void considerRetry(Moment now) {
        if (reachable != Reachable.NO) {
            return;
        }
        Duration failingFor = failingSince.map(since -> since.until(now)).orElse(Duration.ZERO);
        Duration delay = RetrySchedule.delay(failingFor, primary);
        if (!lastTried.isPresent() || lastTried.get().isOlderThan(delay, now)) {
            reachable = Reachable.MAYBE;
        }
    }

    void markMaybeReachable() {
        if (reachable == Reachable.NO) {
            reachable = Reachable.MAYBE; // it is still failing since when it was
        }
    }

    /** It worked, but who knows whether it still does. */
    void noteDoubt() {
        if (reachable == Reachable.YES) {
            reachable = Reachable.MAYBE;
        }
    }

    /** Another guard works. Counts that against this one if it failed, and lets it be tried again if it isn't much. */
    void noteOtherWorks() {
        if (reachable == Reachable.NO) {
            disproofs = Math.max(1, disproofs + (failedSinceDisproof ? 1 : 0));
            failedSinceDisproof = false;
            if (disproofs < DISPROOFS_NEEDED) {
                markMaybeReachable();
            }
        }
    }

    /** Nothing had worked for long before something did: what we know of this guard may be the network's doing. */
    void forgetDisproofs() {
        disproofs = 0;
    }

    /** It failed to answer while others did. */
    void noteProvenDown() {
        disproofs = DISPROOFS_NEEDED;
    }

    /** Whether it failed and nothing else has worked since. */
    boolean isDownWithoutProof() {
        return reachable == Reachable.NO && disproofs == 0;
    }

    boolean isProvenDown(Moment now) {
        return reachable == Reachable.NO
                && disproofs >= DISPROOFS_NEEDED
                && failingSince.isPresent()
                && failingSince.get().isOlderThan(MIN_DOWN_TIME, now);
    }

    void noteUnreachable(Moment now) {
        reachable = Reachable.NO;
        pending = false;
        failedSinceDisproof = true;
        if (!failingSince.isPresent()) {
            failingSince = Optional.of(now);
        }
    }

    /** Counts a circuit that the guard did not begin; true once there are so many that it must be the guard. */
    boolean isUnwillingAfterRefusal() {
        refusals++;
        return refusals >= REFUSAL_LIMIT;
    }

    /** Counts a circuit that was lost beyond the guard. */
    void noteLoss(Moment now) {
        losses++;
        if (losses >= LOSS_LIMIT) {
            setAsideAt = Optional.of(now);
        }
    }

    /** Whether other primary guards are to be tried first, as circuits through this one came to nothing lately. */
    boolean isSetAside(Moment now) {
        return setAsideAt.isPresent() && !setAsideAt.get().isOlderThan(RetrySchedule.delay(Duration.ZERO, true), now);
    }

    /** Of two guards that are set aside: whether this one has been so for longer. */
    boolean isSetAsideBefore(Guard other) {
        return setAsideAt.get().ticks() - other.setAsideAt.get().ticks() < 0;
    }

    void noteSuccess() {
        reachable = Reachable.YES;
        pending = false;
        disproofs = 0;
        refusals = 0;
        losses = 0;
        failingSince = Optional.empty();
        if (useless < USELESS_LIMIT) {
            setAsideAt = Optional.empty();
        }
    }

    /** A circuit that was built was of use, or not. */
    void noteUse(boolean good, PathBiasParameters p, Moment now) {
        pathBias = pathBias.withUse(good, p);
        useless = good ? 0 : useless + 1;
        if (good) {
            setAsideAt = Optional.empty();
        } else if (useless >= USELESS_LIMIT) {
            setAsideAt = Optional.of(now);
        }
    }

    void countCircuit(boolean built, PathBiasParameters p) {
        pathBias = pathBias.withCircuit(built, p);
    }

    boolean isBiased(PathBiasParameters p) {
        return pathBias.isExtreme(p);
    }

    /** A directory request came to nothing though the guard is there: others should be asked for a while. */
    void noteDirectoryAnswer(boolean good, Moment now) {
        directoryFailures = good ? 0 : directoryFailures + 1;
        directoryFailedAt = good ? Optional.empty() : Optional.of(now);
    }

    boolean isPoorDirectory(Moment now) {
        if (!directoryFailedAt.isPresent()) {
            return false;
        }
        int doublings = Math.min(directoryFailures - 1, MAX_DIRECTORY_DOUBLINGS);
        return !directoryFailedAt.get().isOlderThan(MIN_DIRECTORY_DELAY.multipliedBy(1L << doublings), now);
    }

    /**
     * Whether we would rather use this guard than the other if both work. Spec: guard-spec, "The confirmed-guard list".
     */
    boolean isBetterThan(Guard other) {
        if (this == other) {
            return false;
        }
        if (isConfirmed() || other.isConfirmed()) {
            return isConfirmed() && (!other.isConfirmed() || confirmedIndex < other.confirmedIndex);
        }
        if (pending != other.pending) {
            return pending;
        }
        return pending
                && lastTried.isPresent()
                && other.lastTried.isPresent()
                && lastTried.get().ticks() < other.lastTried.get().ticks();
    }
}
