package org.onion4j.directory.fetch;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.MicrodescriptorParser;
import org.onion4j.directory.view.NetworkView;

/**
 * Fetches the microdescriptors that the consensus names and that are not at hand, in batches from several directories
 * at once. Spec: dir-spec, "Downloading server descriptors or microdescriptors".
 *
 * <p>Threading: {@link #arrived} and {@link #load} without the desk's lock; the rest under it.
 */
final class MicrodescriptorTrack implements FetchDesk.Handler {
    private static final int MAX_PARALLEL = 3;
    private static final int MAX_WITH_STALLED = 5;
    private static final int PATIENT_FAILURES = 4; // then one request at a time
    private static final int TROUBLE = 2;
    private static final int MAX_TROUBLE = 8;
    private static final int FEW = 16; // not worth a request of their own, once circuits can be built
    private static final Duration FEW_WAIT = Duration.ofMinutes(10);

    private final FetchDesk desk;
    private final DirectoryCache cache;
    private final RandomSource random;
    private final Runnable onChange;
    private final RetrySchedule retry;
    private final FailureCount failures = new FailureCount();
    private final MicrodescriptorStore store = new MicrodescriptorStore();
    private final Set<RsaIdentity> incomplete = new HashSet<>(); // who lacked some that this consensus names
    private final Set<RunningFetch> stalled = new HashSet<>(); // under way, but without hope
    private ImmutableSet<Bytes> listed = ImmutableSet.of();
    private boolean loading; // from disk
    private int trouble; // two for each failure lately, less one for each success
    private long notBeforeNanos;
    private long lastRequestNanos;

    /**
     * A track without any consensus.
     *
     * @param onChange runs without the lock when microdescriptors have come
     */
    MicrodescriptorTrack(FetchDesk desk, DirectoryCache cache, RandomSource random, Runnable onChange) {
        this.desk = desk;
        this.cache = cache;
        this.random = random;
        this.onChange = onChange;
        this.retry = new RetrySchedule(random);
        this.notBeforeNanos = desk.nanos();
        this.lastRequestNanos = desk.nanos() - FEW_WAIT.toNanos();
    }

    /** The microdescriptor of a digest, if it is at hand. */
    Optional<Microdescriptor> find(Bytes digest) {
        return store.find(digest);
    }

    FailureCount failures() {
        return failures;
    }

    int missingCount() {
        return store.missingCount();
    }

    /** There is another consensus; {@link #load} must follow. */
    void setConsensus(Consensus consensus) {
        store.setConsensus(consensus);
        incomplete.clear();
        ImmutableSet.Builder<Bytes> digests = ImmutableSet.builder();
        consensus.relays().forEach(relay -> digests.add(relay.microdescriptorDigest()));
        listed = digests.build();
        loading = true;
    }

    /** Takes from disk what the consensus names; only then is the rest fetched. */
    void load() {
        Set<Bytes> wanted;
        desk.lock().lock();
        try {
            wanted = store.missing();
        } finally {
            desk.lock().unlock();
        }
        List<Microdescriptor> stored = cache.microdescriptors(wanted);
        desk.lock().lock();
        try {
            stored.forEach(store::add);
            loading = false;
        } finally {
            desk.lock().unlock();
        }
        onChange.run();
    }

    void restart() {
        retry.reset();
        failures.reset();
        trouble = 0;
        store.forgetFailures();
        incomplete.clear();
        notBeforeNanos = desk.nanos();
    }

    /** When there may be something to do, if nothing else happens. */
    Optional<Duration> nextWake(boolean ready) {
        if (loading || store.missingCount() == 0) {
            return Optional.empty();
        }
        long nowNanos = desk.nanos();
        long at = Math.max(notBeforeNanos - nowNanos, 0);
        if (ready && store.missingCount() < FEW) {
            at = Math.max(at, lastRequestNanos + FEW_WAIT.toNanos() - nowNanos);
        }
        Optional<Long> retryNanos = store.nextRetryNanos(nowNanos);
        if (retryNanos.isPresent() && store.downloadable(nowNanos, random).isEmpty()) {
            at = Math.max(at, retryNanos.get() - nowNanos);
        }
        return at == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(at)); // 0: waits for a request under way
    }

    /** Notes as many requests as are due. */
    void plan(NetworkView view, boolean ready) {
        long nowNanos = desk.nanos();
        noteStalled(nowNanos);
        if (loading || nowNanos - notBeforeNanos < 0) {
            return;
        }
        int room = room();
        if (room <= 0) {
            return;
        }
        List<Bytes> downloadable = store.downloadable(nowNanos, random);
        boolean waitForMore = ready && downloadable.size() < FEW && nowNanos - lastRequestNanos < FEW_WAIT.toNanos();
        if (downloadable.isEmpty() || waitForMore) {
            return;
        }
        int size = MicrodescriptorStore.requestSize(store.missingCount());
        for (int from = 0; from < downloadable.size() && room > 0; from += size, room--) {
            List<Bytes> batch = downloadable.subList(from, Math.min(from + size, downloadable.size()));
            Optional<DirectorySource> source = source(view, nowNanos);
            if (!source.isPresent()) {
                return; // all are busy: one of them will be free
            }
            lastRequestNanos = nowNanos;
            store.requested(batch);
            desk.launch(source.get(), DirectoryRequest.microdescriptors(batch), ImmutableList.copyOf(batch), this);
        }
    }

    /** Somebody new, or after failures first whoever answered well before. */
    private Optional<DirectorySource> source(NetworkView view, long nowNanos) {
        if (trouble >= TROUBLE) {
            Optional<DirectorySource> proven =
                    desk.picker().proven(id -> desk.busy(id) || incomplete.contains(id), nowNanos);
            if (proven.isPresent()) {
                return proven;
            }
        }
        return desk.picker().listed(view, desk::busy, incomplete::contains, nowNanos);
    }

    /**
     * Gives up hope, though not yet the connection, for requests that have stalled: what they ask for may be asked of
     * others, after the time that a failure costs (T31).
     */
    private void noteStalled(long nowNanos) {
        for (RunningFetch fetch : desk.running(DocumentKind.MICRODESCRIPTORS)) {
            if (fetch.stalled(nowNanos) && stalled.add(fetch)) {
                store.finished(fetch.digests());
                failed(nowNanos);
            }
        }
    }

    /** How many more requests there may be. Those that have stalled don't count, up to a number. */
    private int room() {
        int running = desk.running(DocumentKind.MICRODESCRIPTORS).size();
        int parallel = retry.failures() < PATIENT_FAILURES ? MAX_PARALLEL : 1;
        return Math.min(parallel - (running - stalled.size()), MAX_WITH_STALLED - running);
    }

    @Override
    public FetchOutcome arrived(RunningFetch fetch, DirectoryResponse response) {
        ImmutableSet<Bytes> asked = ImmutableSet.copyOf(fetch.digests());
        Set<Bytes> got = new HashSet<>();
        List<Bytes> texts = new ArrayList<>();
        boolean damaged = false;
        if (response.status() == DirectoryResponse.OK) {
            MicrodescriptorParser.Result result = cache.parse(response.body());
            damaged = result.faulty() > 0;
            take(result, response.body(), asked, got, texts);
        }
        Instant now = desk.now();
        ImmutableSet<Bytes> keep;
        desk.lock().lock();
        try {
            keep = listed;
            List<Bytes> lacking = new ArrayList<>(fetch.digests());
            lacking.removeAll(got);
            if (!got.isEmpty() && !damaged) { // else it is the directory's fault, and others may have them
                store.notGiven(lacking, desk.nanos());
            }
            if (!lacking.isEmpty()) {
                incomplete.add(fetch.source().rsaIdentity());
            }
        } finally {
            desk.lock().unlock();
        }
        if (!texts.isEmpty()) {
            cache.append(texts, keep, now);
            onChange.run();
        }
        return got.isEmpty() ? FetchOutcome.NOT_FOUND : FetchOutcome.GOOD;
    }

    /** Keeps what was asked for and is still missing; the rest is of no interest (T35). */
    private void take(
            MicrodescriptorParser.Result result,
            byte[] body,
            ImmutableSet<Bytes> asked,
            Set<Bytes> got,
            List<Bytes> texts) {
        desk.lock().lock();
        try {
            for (MicrodescriptorParser.Found found : result.good()) {
                Bytes digest = found.microdescriptor().digest();
                if (asked.contains(digest) && got.add(digest) && store.add(found.microdescriptor())) {
                    texts.add(Bytes.copyOf(body, found.from(), found.to() - found.from()));
                }
            }
        } finally {
            desk.lock().unlock();
        }
    }

    @Override
    public void ended(RunningFetch fetch, FetchOutcome outcome) {
        store.finished(fetch.digests());
        boolean wasStalled = stalled.remove(fetch); // and counted as a failure then
        failures.add(outcome);
        if (outcome == FetchOutcome.GOOD) {
            failures.reset();
            retry.reset();
            trouble = Math.max(0, trouble - 1);
            notBeforeNanos = desk.nanos();
        } else if (outcome != FetchOutcome.CANCELLED && !wasStalled) {
            failed(desk.nanos());
        }
    }

    private void failed(long nowNanos) {
        notBeforeNanos = nowNanos + retry.nextDelay().toNanos();
        trouble = Math.min(MAX_TROUBLE, trouble + 2);
    }
}
