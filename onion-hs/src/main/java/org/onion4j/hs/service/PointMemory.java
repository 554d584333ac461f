package org.onion4j.hs.service;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.onion4j.crypto.bytes.SecretBytes;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.onion4j.hs.publish.SavedPoint;

/** Introduction points on their way to the next run, and from the last one. Static methods: any thread. */
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
                        point.keys().authentication().exposeExpanded(),
                        point.keys().exposeEncryption(),
                        term.since().wall().plus(term.lifetime()),
                        left));
            }
        }
        return saved.build();
    }

    /** Those that can still serve; closes them all. */
    static List<ServicePoint> restore(Iterable<SavedPoint> saved, NetworkView view, Moment now) {
        List<ServicePoint> points = new ArrayList<>();
        for (SavedPoint each : saved) {
            try (SavedPoint point = each) {
                Optional<Relay> relay = view.relay(point.relay()).filter(Relay::hasMicrodescriptor);
                Duration left = left(point.expires(), now);
                if (relay.isPresent() && point.introductionsLeft() > 0 && !left.isZero()) {
                    PointKeys keys = new PointKeys(
                            Ed25519KeyPair.ofExpanded(
                                    SecretBytes.adopt(point.authKey().exposeCopy())),
                            SecretBytes.adopt(point.encryptionKey().exposeCopy()));
                    ServicePoint.Term term = new ServicePoint.Term(now, left, point.introductionsLeft());
                    points.add(new ServicePoint(relay.get(), keys, term));
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
