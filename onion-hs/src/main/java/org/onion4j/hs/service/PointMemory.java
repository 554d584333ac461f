package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.onion4j.hs.publish.SavedPoint;

/**
 * Introduction points on their way to the next run, and from the last one: which relays they are and for how long, so that
 * a service that starts often isn't known to ever more relays. Their keys end with the run. What has been introduced
 * through a point is remembered in memory alone, so a relay could let all that it has seen of a former run happen again
 * if it met the same keys (T49); and it would know that it is the same service. Clients that know the former keys find
 * the new ones in the next descriptor, as with C tor, which keeps nothing of its points. Static methods: any thread.
 */
final class PointMemory {
    private static final Duration LONGEST_LIFETIME = Duration.ofHours(24);

    private PointMemory() {}

    /** What is to be saved, for the caller to close; points that leave are not. */
    static ImmutableList<SavedPoint> save(List<ServicePoint> points) {
        ImmutableList.Builder<SavedPoint> saved = ImmutableList.builder();
        for (ServicePoint point : points) {
            int left = point.term().introductions() - point.replays().size();
            if (!point.isLeaving() && left > 0) {
                ServicePoint.Term term = point.term();
                saved.add(new SavedPoint(
                        point.identity(),
                        SecretBytes.adopt(new byte[Ed25519KeyPair.EXPANDED_LEN]), // zeros: no key of this run is kept
                        SecretBytes.adopt(new byte[X25519.LEN]),
                        term.since().wall().plus(term.lifetime()),
                        left));
            }
        }
        return saved.build();
    }

    /** Those that can still serve, with new keys; closes the saved ones. */
    static List<ServicePoint> restore(Iterable<SavedPoint> saved, NetworkView view, Moment now, RandomSource random) {
        List<ServicePoint> points = new ArrayList<>();
        for (SavedPoint each : saved) {
            try (SavedPoint point = each) {
                Optional<Relay> relay = view.relay(point.relay()).filter(Relay::hasMicrodescriptor);
                Duration left = left(point.expires(), now);
                if (relay.isPresent() && point.introductionsLeft() > 0 && !left.isZero()) {
                    ServicePoint.Term term = new ServicePoint.Term(now, left, point.introductionsLeft());
                    points.add(new ServicePoint(relay.get(), PointKeys.generate(random), term));
                }
            }
        }
        return points;
    }

    /** Not longer than ever, though the clock may have been set back. */
    private static Duration left(Instant expires, Moment now) {
        Duration left = Duration.between(now.wall(), expires);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(LONGEST_LIFETIME) < 0 ? left : LONGEST_LIFETIME;
    }
}
