package org.onion4j.directory.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * How far the clock is from those of directories, by the Date of their answers: the middle one of the last few, each
 * directory once, so that one that lies doesn't decide. Guarded by its owner's lock. T37.
 */
final class ClockSkewEstimate {
    /** What counts as wrong: less than this is no trouble for directory documents. */
    static final Duration LARGE = Duration.ofMinutes(30);

    private static final int MAX_SAMPLES = 7;

    private final Map<RsaIdentity, Duration> samples = new LinkedHashMap<>();

    /** Notes that a directory's clock showed {@code theirs} when ours showed {@code ours}. */
    void add(RsaIdentity directory, Instant ours, Instant theirs) {
        samples.remove(directory);
        samples.put(directory, Duration.between(theirs, ours));
        if (samples.size() > MAX_SAMPLES) {
            samples.remove(samples.keySet().iterator().next());
        }
    }

    /** How far our clock is ahead (or behind, if negative), if any directory told its time. */
    Optional<Duration> ahead() {
        if (samples.isEmpty()) {
            return Optional.empty();
        }
        List<Duration> sorted = new ArrayList<>(samples.values());
        sorted.sort(null);
        return Optional.of(sorted.get(sorted.size() / 2));
    }

    /** The same where it is so much that it is the clock's fault. */
    Optional<Duration> large() {
        return ahead().filter(skew -> skew.abs().compareTo(LARGE) > 0);
    }

    /** Whether more than one directory says so. */
    boolean isShared() {
        return samples.size() > 1;
    }

    /** Forgets all, since the clock was set. */
    void reset() {
        samples.clear();
    }
}
