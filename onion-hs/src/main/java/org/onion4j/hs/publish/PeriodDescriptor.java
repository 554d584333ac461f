package org.onion4j.hs.publish;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.UnsignedLong;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.BlindedKeyPair;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.descriptor.DescriptorMaker;
import org.onion4j.hs.descriptor.RevisionCounter;
import org.onion4j.hs.ring.DirectoryRing;
import org.onion4j.hs.ring.RingTimes;

/**
 * The descriptor of a service for one time period: its keys, the directories that are responsible for it, and how far they
 * have got it. A round is one making of it and its upload to all of them. Belongs to the publisher's sequence; {@link
 * #close} wipes the keys. Spec: rend-spec-v3, "When to publish a hidden service descriptor", "Encrypted time in period".
 */
final class PeriodDescriptor implements AutoCloseable {
    /** For how long directories keep it. */
    static final Duration LIFETIME = Duration.ofHours(3);

    private static final Duration MIN_INTERVAL = Duration.ofHours(1);
    private static final Duration MAX_INTERVAL = Duration.ofHours(2);

    /** Between two rounds at least: what changes again and again is taken together. */
    private static final Duration MIN_PAUSE = Duration.ofSeconds(5);

    private final ServiceKeys keys;
    private final BlindedKeyPair blindedKey;
    private final Ed25519KeyPair signingKey;
    private final RandomSource random;
    private final Map<RsaIdentity, Target> targets = new LinkedHashMap<>();
    private ImmutableList<Relay> responsible = ImmutableList.of();
    private Instant randomStart;
    private boolean due = true;
    private Optional<Moment> roundStart = Optional.empty();
    private Duration interval = Duration.ZERO;
    private boolean roundEnded;
    private Optional<Moment> lastTaken = Optional.empty();
    private int givenUp; // rounds in a row

    PeriodDescriptor(ServiceIdentity identity, RingTimes.Slot slot, RandomSource random) {
        this.keys = ServiceKeys.of(identity.address(), slot.period());
        this.blindedKey = identity.blind(slot.period());
        this.signingKey = Ed25519KeyPair.generate(random);
        this.random = random;
        this.randomStart = slot.randomStart();
    }

    TimePeriod period() {
        return keys.period();
    }

    /** Which directories are responsible in this network; if there are any new ones, all get a new descriptor. */
    void locate(NetworkView view, RingTimes.Slot slot) {
        randomStart = slot.randomStart();
        responsible = DirectoryRing.of(view, slot).toStore(keys.blindedKey()).asList();
        Map<RsaIdentity, Relay> now = new LinkedHashMap<>();
        responsible.forEach(relay -> now.put(relay.rsaIdentity(), relay));
        targets.values().removeIf(target -> {
            boolean gone = !now.containsKey(target.directory().rsaIdentity());
            if (gone) {
                target.drop();
            }
            return gone;
        });
        targets.forEach((identity, target) -> target.update(now.get(identity)));
        due |= !targets.keySet().containsAll(now.keySet());
    }

    /** It is to be made anew as soon as may be. */
    void expire() {
        due = true;
    }

    /** In how long the next round is to begin, if nothing changes; zero if now. */
    Duration roundIn(Moment now) {
        if (!roundStart.isPresent()) {
            return Duration.ZERO;
        }
        Duration left = (due ? MIN_PAUSE : interval).minus(roundStart.get().until(now));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Begins a round: all responsible directories are to have a new descriptor, in random order. */
    void beginRound(Moment now, PublishedContent content, ServiceState state) {
        Supplier<Bytes> text = prepare(now.wall(), content, state);
        drop();
        List<Relay> shuffled = new ArrayList<>(responsible);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            Collections.swap(shuffled, i, random.nextInt(i + 1));
        }
        shuffled.forEach(relay -> targets.put(relay.rsaIdentity(), new Target(relay, text)));
        roundStart = Optional.of(now);
        long spread = MAX_INTERVAL.minus(MIN_INTERVAL).toMillis();
        interval = MIN_INTERVAL.plusMillis(random.nextLong(spread));
        due = false;
        roundEnded = false;
    }

    /** A new descriptor could not be made, which is a bug of ours, or chance failed us: all anew after the pause. */
    void giveUpRound(Moment now, Duration pause) {
        targets.values().forEach(target -> {
            if (target.state() != Target.State.TAKEN) {
                target.drop();
            }
        });
        roundStart = Optional.of(now);
        interval = pause;
        due = false;
        roundEnded = true;
        givenUp++;
    }

    /** How many rounds in a row could not be made. */
    int givenUp() {
        return givenUp;
    }

    /** In how long a target that has failed is to be tried again; empty if not in this round. */
    Optional<Duration> retryIn(Target target, Moment now) {
        return target.hasRefused() && taken() > 0 ? Optional.empty() : target.retryIn(now);
    }

    /** Those that have failed and are to be tried again now get a newer descriptor than the one that they perhaps have. */
    void retry(Moment now, PublishedContent content, ServiceState state) {
        List<Target> again = new ArrayList<>();
        for (Target target : targets.values()) {
            if (retryIn(target, now).equals(Optional.of(Duration.ZERO))) {
                again.add(target);
            }
        }
        if (!again.isEmpty()) {
            Supplier<Bytes> text = prepare(now.wall(), content, state);
            again.forEach(target -> target.retry(text));
        }
    }

    /** A descriptor with a revision counter higher than all before; its text differs for each directory, as C tor's does. */
    private Supplier<Bytes> prepare(Instant now, PublishedContent content, ServiceState state) {
        Instant latest = randomStart.plus(RevisionCounter.MAX_TIME).minusSeconds(2);
        UnsignedLong byTime = RevisionCounter.at(blindedKey, randomStart, now.isAfter(latest) ? latest : now);
        Descriptor descriptor = new Descriptor(
                state.nextRevision(period(), keys.blindedKey(), byTime),
                LIFETIME,
                content.introductionPoints(),
                false,
                content.flowControl(),
                content.pow());
        ImmutableList<Bytes> clients = content.clients();
        DescriptorMaker maker = new DescriptorMaker(
                keys, DescriptorMaker.certify(blindedKey, signingKey.publicKey(), now), signingKey, random);
        return () -> maker.make(descriptor, clients, now);
    }

    /** Those that could not be reached are tried again without any pause, and so are those that turn out not to be. */
    void hurryUnreached() {
        targets.values().stream().filter(target -> !target.hasRefused()).forEach(Target::hurry);
    }

    Collection<Target> targets() {
        return targets.values();
    }

    int taken() {
        int taken = 0;
        for (Target target : targets.values()) {
            taken += target.state() == Target.State.TAKEN ? 1 : 0;
        }
        return taken;
    }

    void onTaken(Moment now) {
        lastTaken = Optional.of(now);
        givenUp = 0;
    }

    /** Whether each target has been tried since the round began; true once for each round. */
    boolean endsRound() {
        if (roundEnded || targets.isEmpty() || !targets.values().stream().allMatch(Target::isTried)) {
            return false;
        }
        roundEnded = true;
        return true;
    }

    /** Whether a directory has a descriptor of it that hasn't expired. */
    boolean isPublished(Moment now) {
        return lastTaken.isPresent() && !lastTaken.get().isOlderThan(LIFETIME, now);
    }

    /** Whether most directories have the newest one, or at least one of those that are of use has. */
    boolean isWellPublished() {
        int taken = taken();
        return 2 * taken > targets.size() || (roundEnded && taken > 0);
    }

    /** Ends all uploads. */
    void drop() {
        targets.values().forEach(Target::drop);
        targets.clear();
    }

    @Override
    public void close() {
        drop();
        blindedKey.close();
        signingKey.close();
    }
}
