package org.onion4j.directory.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.RouterStatus;

/**
 * The microdescriptors at hand, and those that the consensus names but that are not: which of them are being fetched,
 * and which may be asked for again when. Takes none that isn't asked for (T35). Guarded by its owner's lock. Spec:
 * dir-spec, "Downloading server descriptors or microdescriptors".
 */
final class MicrodescriptorStore {
    private static final Duration[] RETRY_AFTER = {
        Duration.ZERO, Duration.ofMinutes(1), Duration.ofMinutes(5), Duration.ofMinutes(10), Duration.ofDays(1)
    };
    private static final int MIN_REQUESTS = 3;
    private static final int MIN_IN_REQUEST = 32;

    private final Map<Bytes, Microdescriptor> known = new HashMap<>();
    private final Set<Bytes> missing = new HashSet<>();
    private final Set<Bytes> inFlight = new HashSet<>();
    private final Map<Bytes, Failure> failures = new HashMap<>();

    private record Failure(int count, long retryAtNanos) {}

    /** The microdescriptor of a digest, if it is at hand. */
    Optional<Microdescriptor> find(Bytes digest) {
        return Optional.ofNullable(known.get(digest));
    }

    /** Another consensus: what it names and isn't at hand is missing from now on, and failures are forgotten. */
    void setConsensus(Consensus consensus) {
        missing.clear();
        failures.clear();
        Set<Bytes> listed = new HashSet<>();
        for (RouterStatus relay : consensus.relays()) {
            listed.add(relay.microdescriptorDigest());
            if (!known.containsKey(relay.microdescriptorDigest())) {
                missing.add(relay.microdescriptorDigest());
            }
        }
        known.keySet().retainAll(listed); // others are on disk, should a later consensus name them again
        inFlight.retainAll(missing);
    }

    /** Takes one if the consensus names it and it was missing; whether it was. */
    boolean add(Microdescriptor microdescriptor) {
        if (!missing.remove(microdescriptor.digest())) {
            return false;
        }
        known.put(microdescriptor.digest(), microdescriptor);
        failures.remove(microdescriptor.digest());
        return true;
    }

    /** How many are named by the consensus and not at hand. */
    int missingCount() {
        return missing.size();
    }

    /** A copy of the digests that are named by the consensus and not at hand. */
    Set<Bytes> missing() {
        return new HashSet<>(missing);
    }

    /** Those that may be asked for now, in random order. */
    List<Bytes> downloadable(long nowNanos, RandomSource random) {
        List<Bytes> list = new ArrayList<>();
        for (Bytes digest : missing) {
            Failure failure = failures.get(digest);
            if (!inFlight.contains(digest) && (failure == null || failure.retryAtNanos - nowNanos <= 0)) {
                list.add(digest);
            }
        }
        for (int i = list.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            Bytes swapped = list.get(i);
            list.set(i, list.get(j));
            list.set(j, swapped);
        }
        return list;
    }

    /** When the first of those that failed may be asked for again, if any is waiting. */
    Optional<Long> nextRetryNanos(long nowNanos) {
        long best = Long.MAX_VALUE;
        for (Map.Entry<Bytes, Failure> entry : failures.entrySet()) {
            if (missing.contains(entry.getKey()) && !inFlight.contains(entry.getKey())) {
                best = Math.min(best, entry.getValue().retryAtNanos - nowNanos);
            }
        }
        return best == Long.MAX_VALUE ? Optional.empty() : Optional.of(nowNanos + Math.max(0, best));
    }

    /** How many to put into one request, so that at least three directories are asked where that makes sense. */
    static int requestSize(int downloadable) {
        int third = (downloadable + MIN_REQUESTS - 1) / MIN_REQUESTS;
        return Math.max(Math.min(MIN_IN_REQUEST, downloadable), Math.min(third, DirectoryRequest.MAX_MICRODESCRIPTORS));
    }

    /** Notes that these are being asked for. */
    void requested(Collection<Bytes> digests) {
        inFlight.addAll(digests);
    }

    /** Notes that a request for these is over, whether or not they came. */
    void finished(Collection<Bytes> digests) {
        inFlight.removeAll(digests);
    }

    /** Notes that a directory answered without these; they aren't asked for again for a while. */
    void notGiven(Collection<Bytes> digests, long nowNanos) {
        for (Bytes digest : digests) {
            if (missing.contains(digest)) {
                Failure before = failures.get(digest);
                int count = before == null ? 0 : before.count;
                Duration wait = RETRY_AFTER[Math.min(count, RETRY_AFTER.length - 1)];
                failures.put(digest, new Failure(count + 1, nowNanos + wait.toNanos()));
            }
        }
    }

    /** Forgets failures, so that all that is missing may be asked for at once. */
    void forgetFailures() {
        failures.clear();
    }

    /** How long a microdescriptor that no consensus names any more is kept on disk. */
    static boolean worthKeeping(Instant lastListed, Instant now) {
        return !lastListed.isBefore(now.minus(Duration.ofDays(7)));
    }
}
