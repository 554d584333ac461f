package org.onion4j.directory.guard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.guard.Vanguards.Draw;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.view.Relay;

/**
 * The relays that serve in one position of circuits for onion services. One that has served its time, has left the
 * consensus or has lost the flag Fast or Stable is replaced by another one before the next draw. One that could not be
 * reached lately keeps its place, and the others are drawn as long as one of them fits. Guarded by the lock of {@link
 * Vanguards}.
 */
final class VanguardLayer {
    /** How long one that could not be reached is drawn only if no other one fits: then it may be back. */
    private static final Duration DOUBTED = Duration.ofMinutes(1);

    private final VanguardRules rules;
    private final RandomSource random;
    private final List<Member> members = new ArrayList<>();
    private final Map<RsaIdentity, Moment> unreached = new HashMap<>(); // members: when last
    private boolean changed;

    /**
     * A relay that serves.
     *
     * @param since when it was chosen; by the wall clock alone if that was in an earlier run
     */
    record Member(RsaIdentity identity, Moment since, Duration lifetime) {
        /** Its record, by what the wall clock says now. */
        VanguardRecord record(int layer, Moment now) {
            Duration left = lifetime.minus(since.until(now));
            return new VanguardRecord(layer, identity, now.wall().plus(left).minus(lifetime), lifetime);
        }
    }

    VanguardLayer(VanguardRules rules, RandomSource random) {
        this.rules = rules;
        this.random = random;
    }

    /** Takes a relay up that served in an earlier run. */
    void restore(VanguardRecord saved, Moment now) {
        members.add(new Member(saved.identity(), new Moment(saved.chosenOn(), now.ticks()), saved.lifetime()));
    }

    List<Member> members() {
        return members;
    }

    boolean contains(Relay relay) {
        return members.stream().anyMatch(member -> member.identity().equals(relay.rsaIdentity()));
    }

    /** A circuit could not be extended to it, or could: who is no member doesn't matter. */
    void note(Relay relay, boolean reached, Moment now) {
        if (reached) {
            unreached.remove(relay.rsaIdentity());
        } else if (contains(relay)) {
            unreached.put(relay.rsaIdentity(), now);
        }
    }

    private boolean isDoubted(Relay relay, Moment now) {
        Moment since = unreached.get(relay.rsaIdentity());
        return since != null && !since.isOlderThan(DOUBTED, now);
    }

    /** Whether there is something to save. */
    boolean hasChanged() {
        return changed;
    }

    /** Whether there are others, or they serve for another time, than when this was last asked. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    void markChanged() {
        changed = true;
    }

    /**
     * Draws one that fits, each with the same chance, as C tor does, but for those that were out of reach lately.
     *
     * @param mayServe who may be made one of them
     * @param preferred who should be, if there are enough of these
     */
    Draw draw(
            PathSelector network,
            Moment now,
            Predicate<Relay> mayServe,
            Predicate<Relay> preferred,
            Predicate<Relay> fits) {
        List<Relay> listed = retire(network, now);
        int wanted = rules.size(network.view()::parameter);
        while (listed.size() < wanted) {
            Optional<Relay> drawn = drawNew(network, mayServe.and(preferred));
            if (!drawn.isPresent()) {
                drawn = drawNew(network, mayServe); // a small network
            }
            if (!drawn.isPresent()) {
                break;
            }
            members.add(new Member(drawn.get().rsaIdentity(), now, rules.lifetime(network.view()::parameter, random)));
            changed = true;
            listed.add(drawn.get());
        }
        List<Relay> reachable = new ArrayList<>();
        List<Relay> doubtful = new ArrayList<>();
        for (Relay relay : listed) {
            if (relay.hasMicrodescriptor() && fits.test(relay)) {
                (isDoubted(relay, now) ? doubtful : reachable).add(relay);
            }
        }
        List<Relay> candidates = reachable.isEmpty() ? doubtful : reachable;
        Optional<Relay> drawn = candidates.isEmpty()
                ? Optional.empty()
                : Optional.of(candidates.get(random.nextInt(candidates.size())));
        return new Draw(drawn, listed.size() >= wanted);
    }

    /** Lets those go whose time is over; gives the others, also such as can't be used until their keys are known. */
    private List<Relay> retire(PathSelector network, Moment now) {
        List<Relay> listed = new ArrayList<>();
        List<Member> corrected = new ArrayList<>();
        for (Iterator<Member> each = members.iterator(); each.hasNext(); ) {
            Member member = each.next();
            Optional<Relay> relay = network.view()
                    .relay(member.identity())
                    .filter(VanguardLayer::isGood)
                    .filter(network.rules().usable());
            if (!relay.isPresent() || member.since().isOlderThan(member.lifetime(), now)) {
                each.remove();
                unreached.remove(member.identity());
                changed = true;
                continue;
            }
            listed.add(relay.get());
            if (member.since()
                    .wall()
                    .isAfter(now.wall())) { // the clock was set back: else it would serve that much longer
                each.remove();
                corrected.add(new Member(
                        member.identity(), new Moment(now.wall(), member.since().ticks()), member.lifetime()));
                changed = true;
            }
        }
        members.addAll(corrected);
        return listed;
    }

    private Optional<Relay> drawNew(PathSelector network, Predicate<Relay> fits) {
        return network.drawMiddle(relay -> isGood(relay) && !contains(relay) && fits.test(relay), random);
    }

    private static boolean isGood(Relay relay) {
        return relay.has(RelayFlag.RUNNING)
                && relay.has(RelayFlag.VALID)
                && relay.has(RelayFlag.FAST)
                && relay.has(RelayFlag.STABLE);
    }
}
