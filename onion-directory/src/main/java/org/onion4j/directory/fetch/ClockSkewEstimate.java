package org.onion4j.directory.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;

/**
 * How far the clock is from those of directories, by what their answers say of the time; each directory counts once. What a
 * single one says decides nothing, as it may lie or be wrong itself: two must agree, or one be an authority, and most of
 * the last few must say the same. Guarded by its owner's lock. T37.
 */
final class ClockSkewEstimate {
    /** What counts as wrong: less than this is no trouble for directory documents. */
    static final Duration LARGE = Duration.ofMinutes(30);

    private static final int MAX_SAMPLES = 7;
    private static final int ENOUGH = 2; // voices
    private static final int AUTHORITY_VOICES = 2;

    private final Predicate<RsaIdentity> authorities;
    private final Map<RsaIdentity, Duration> samples = new LinkedHashMap<>(); // how far our clock is ahead

    /** @param authorities whose word is enough */
    ClockSkewEstimate(Predicate<RsaIdentity> authorities) {
        this.authorities = authorities;
    }

    /** Notes that a directory's clock showed {@code theirs} when ours showed {@code ours}. */
    void add(RsaIdentity directory, Instant ours, Instant theirs) {
        samples.remove(directory);
        samples.put(directory, Duration.between(theirs, ours));
        if (samples.size() > MAX_SAMPLES) {
            samples.remove(samples.keySet().iterator().next());
        }
    }

    /** Whether any directory has told its time. */
    boolean isKnown() {
        return !samples.isEmpty();
    }

    /** How far our clock is ahead (or behind, if negative) where that is so much that it is the clock's fault. */
    Optional<Duration> large() {
        int all = voices(ahead -> true);
        Optional<Duration> fast = agreed(ahead -> ahead.compareTo(LARGE) > 0, all);
        return fast.isPresent() ? fast : agreed(ahead -> ahead.compareTo(LARGE.negated()) < 0, all);
    }

    /** The middle one of the samples that are so, if they are enough, and most. */
    private Optional<Duration> agreed(Predicate<Duration> which, int all) {
        int voices = voices(which);
        if (voices < ENOUGH || 2 * voices <= all) {
            return Optional.empty();
        }
        List<Duration> sorted = new ArrayList<>(samples.values());
        sorted.removeIf(which.negate());
        sorted.sort(null);
        return Optional.of(sorted.get(sorted.size() / 2));
    }

    private int voices(Predicate<Duration> which) {
        int voices = 0;
        for (Map.Entry<RsaIdentity, Duration> sample : samples.entrySet()) {
            if (which.test(sample.getValue())) {
                voices += authorities.test(sample.getKey()) ? AUTHORITY_VOICES : 1;
            }
        }
        return voices;
    }

    /** Forgets all, since the clock was set. */
    void reset() {
        samples.clear();
    }
}
