package org.onion4j.directory.guard;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * The second hops of circuits for onion services: a few relays, each kept for days, so that somebody who makes us build
 * many circuits learns our guard from few relays only. In memory alone. Spec: proposal 333 ("Vanguards lite").
 *
 * <p>Threading: any thread; guarded by one lock, under which only the random source is asked.
 */
public final class LayerTwoGuards {
    private static final int SECONDS_PER_DAY = 86_400;

    private final ReentrantLock lock = new ReentrantLock();
    private final TimeSource time;
    private final RandomSource random;
    private final List<Member> members = new ArrayList<>(); // guarded by lock

    private record Member(RsaIdentity identity, Moment since, Duration lifetime) {}

    public LayerTwoGuards(Clock clock, Ticker ticker, RandomSource random) {
        this.time = new TimeSource(clock, ticker);
        this.random = random;
    }

    /**
     * One of them.
     *
     * @param relay empty if none of them fits
     * @param complete whether there are as many of them as the network wants: one that is small may not have so many
     */
    public record Draw(Optional<Relay> relay, boolean complete) {}

    /**
     * Draws one of them that fits. What has served its time or lost its flags is replaced first.
     *
     * @param guard of the circuit, which is not made one of them: it would be of no use
     */
    public Draw draw(PathSelector network, Relay guard, Predicate<Relay> fits) {
        lock.lock();
        try {
            List<Relay> all = refreshed(network, guard);
            List<Relay> candidates = new ArrayList<>();
            for (Relay relay : all) {
                if (fits.test(relay)) {
                    candidates.add(relay);
                }
            }
            Optional<Relay> drawn = candidates.isEmpty()
                    ? Optional.empty()
                    : Optional.of(candidates.get(random.nextInt(candidates.size())));
            return new Draw(drawn, all.size() >= wanted(network.view()));
        } finally {
            lock.unlock();
        }
    }

    private static int wanted(NetworkView view) {
        return view.parameter("guard-hs-l2-number", 4, 1, 19);
    }

    private List<Relay> refreshed(PathSelector network, Relay guard) {
        NetworkView view = network.view();
        Moment now = time.now();
        List<Relay> relays = new ArrayList<>();
        for (Iterator<Member> each = members.iterator(); each.hasNext(); ) {
            Member member = each.next();
            Optional<Relay> relay = view.relay(member.identity()).filter(LayerTwoGuards::isGood);
            if (relay.isPresent() && !member.since().isOlderThan(member.lifetime(), now)) {
                relays.add(relay.get());
            } else {
                each.remove();
            }
        }
        while (relays.size() < wanted(view)) {
            Optional<Relay> drawn = drawNew(network, guard, relays);
            if (!drawn.isPresent()) {
                break;
            }
            members.add(new Member(drawn.get().rsaIdentity(), now, lifetime(view)));
            relays.add(drawn.get());
        }
        return relays;
    }

    private Optional<Relay> drawNew(PathSelector network, Relay guard, List<Relay> known) {
        return network.drawMiddle(
                relay -> isGood(relay) && !relay.rsaIdentity().equals(guard.rsaIdentity()) && !known.contains(relay),
                random);
    }

    private static boolean isGood(Relay relay) {
        return relay.has(RelayFlag.RUNNING)
                && relay.has(RelayFlag.VALID)
                && relay.has(RelayFlag.FAST)
                && relay.has(RelayFlag.STABLE)
                && relay.hasMicrodescriptor();
    }

    private Duration lifetime(NetworkView view) {
        int min = view.parameter("guard-hs-l2-lifetime-min", SECONDS_PER_DAY, 1, Integer.MAX_VALUE);
        int max = view.parameter("guard-hs-l2-lifetime-max", 12 * SECONDS_PER_DAY, 1, Integer.MAX_VALUE);
        return Duration.ofSeconds(max <= min ? min : min + random.nextInt(max - min));
    }
}
