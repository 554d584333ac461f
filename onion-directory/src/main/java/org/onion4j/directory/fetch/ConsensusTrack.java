package org.onion4j.directory.fetch;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.ConsensusDiff;
import org.onion4j.directory.doc.ConsensusVerifier;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.SignatureVerdict;
import org.onion4j.directory.fetch.DirectoryStatus.ClockSkew;
import org.onion4j.directory.fetch.DirectoryStatus.ClockSkew.Measure;
import org.onion4j.directory.view.Liveness;
import org.onion4j.directory.view.NetworkView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consensus: which one is in use, which one waits for certificates, and when to fetch another of whom. Never goes
 * back to an older one (T33). Spec: dir-spec, "Downloading network-status documents".
 *
 * <p>Threading: {@link #arrived}, {@link #restore} and {@link #judgeWaiting} without the desk's lock; the rest under it.
 */
final class ConsensusTrack implements FetchDesk.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(ConsensusTrack.class);

    /** How old the base of a diff may be: directories keep diffs from no older ones. */
    private static final Duration DIFF_BASE_AGE = Duration.ofDays(3);

    private static final Duration AUTHORITY_DELAY = Duration.ofSeconds(6);
    private static final int MAX_PARALLEL = 3;
    private static final int MAX_PARALLEL_SLOW = 2;
    private static final int CERTIFICATE_FAILURES = 3; // then another consensus may do better
    private static final Duration MODIFIED_SLACK = Duration.ofMinutes(3);
    private static final Duration NOT_LIVE_RETRY = Duration.ofMinutes(10);

    /** Told of what becomes of consensuses. Called without the desk's lock. */
    interface Owner {
        /** One that is trusted, in time, and newer than the one before. */
        void accepted(Consensus consensus, byte[] text);
    }

    /** A consensus that lacks certificates to be trusted. */
    record Waiting(Consensus consensus, Bytes text, SignatureVerdict verdict, Optional<DirectorySource> source) {}

    /** The stored text that a diff may start from. */
    private record DiffBase(Instant validAfter, Bytes digest) {}

    private final FetchDesk desk;
    private final DirectoryCache cache;
    private final RandomSource random;
    private final ImmutableList<RsaIdentity> authorities;
    private final ConsensusVerifier verifier;
    private final Owner owner;
    private final RetrySchedule retry;
    private final FailureCount failures = new FailureCount();
    private final SparingLog faults;

    private Optional<Consensus> current = Optional.empty();
    private Optional<Waiting> waiting = Optional.empty();
    private Optional<DiffBase> diffBase = Optional.empty();
    private ImmutableList<AuthorityCertificate> certificates = ImmutableList.of();
    private Instant newest = Instant.MIN; // valid-after of the newest that was ever trusted
    private Instant nextFetch = Instant.MIN;
    private long notBeforeNanos;
    private long firstTryNanos;
    private int tries; // since the last success
    private int authorityTries; // of them, to authorities
    private int certificateFailures;
    private final ClockSkewEstimate documentSkew; // by those that were out of their time: at least so much
    private Optional<ClockSkew> wrongClock = Optional.empty(); // of ours, where that kept one from use

    ConsensusTrack(
            FetchDesk desk,
            DirectoryCache cache,
            RandomSource random,
            ImmutableList<RsaIdentity> authorities,
            Owner owner) {
        this.desk = desk;
        this.faults = new SparingLog(LOG, desk.ticker());
        this.documentSkew = new ClockSkewEstimate(desk::isAuthority);
        this.cache = cache;
        this.random = random;
        this.authorities = authorities;
        this.verifier = new ConsensusVerifier(authorities);
        this.owner = owner;
        this.retry = new RetrySchedule(random);
        this.notBeforeNanos = desk.nanos();
    }

    Optional<Consensus> current() {
        return current;
    }

    Optional<Waiting> waiting() {
        return waiting;
    }

    /** Whether there is one on which circuits may be built, as far as the clock knows. */
    boolean usable(Instant now) {
        return current.map(consensus -> Liveness.of(consensus, now).usable()).orElse(false);
    }

    Optional<ClockSkew> wrongClock() {
        return wrongClock;
    }

    FailureCount failures() {
        return failures;
    }

    /** Other certificates are at hand. */
    void setCertificates(ImmutableList<AuthorityCertificate> value) {
        certificates = value;
    }

    /** The waiting consensus could not be judged for want of certificates once more. */
    void certificateFetchFailed() {
        certificateFailures++;
    }

    /** Begins anew after the clock was set or the network changed. */
    void restart(Instant now) {
        retry.reset();
        failures.reset();
        tries = 0;
        notBeforeNanos = desk.nanos();
        wrongClock = Optional.empty();
        documentSkew.reset();
        current.ifPresent(consensus -> nextFetch = ConsensusSchedule.nextFetch(consensus, now, random));
    }

    /** When there may be something to do, if nothing else happens; empty if that depends on a request under way. */
    Optional<Duration> nextWake(Instant now) {
        if (!wanted(now)) {
            return waiting.isPresent() ? Optional.empty() : Optional.of(Duration.between(now, nextFetch));
        }
        Duration delay = desk.until(notBeforeNanos);
        return delay.isZero() ? Optional.empty() : Optional.of(delay);
    }

    private boolean wanted(Instant now) {
        if (waiting.isPresent() && certificateFailures < CERTIFICATE_FAILURES) {
            return false;
        }
        return !usable(now) || !now.isBefore(nextFetch);
    }

    /** Notes a request if one is due. */
    void plan(Instant now, Optional<NetworkView> view) {
        long nowNanos = desk.nanos();
        if (!wanted(now) || nowNanos - notBeforeNanos < 0 || !roomForAnother(nowNanos, usable(now))) {
            return;
        }
        Optional<DirectorySource> source = usable(now) && view.isPresent()
                ? desk.picker().listed(view.get(), desk::busy, id -> false, nowNanos)
                : desk.picker().configured(preference(nowNanos), desk::busy, nowNanos);
        if (!source.isPresent()) {
            notBeforeNanos = nowNanos + retry.nextDelay().toNanos();
            return;
        }
        if (tries == 0) {
            firstTryNanos = nowNanos;
            authorityTries = 0;
        }
        tries++;
        notBeforeNanos = nowNanos + retry.nextDelay().toNanos();
        desk.launch(source.get(), request(now), ImmutableList.of(), this);
    }

    /** More than one at a time only while those under way come to little. */
    private boolean roomForAnother(long nowNanos, boolean haveOne) {
        List<RunningFetch> running = desk.running(DocumentKind.CONSENSUS);
        int allowed = MAX_PARALLEL - 1; // the last place is for an authority
        if (late(nowNanos) || desk.picker().authoritiesOnly()) {
            allowed = MAX_PARALLEL;
        }
        for (RunningFetch fetch : running) {
            switch (fetch.pace(nowNanos)) {
                case FLOWING -> allowed = 1;
                case SLOW -> allowed = Math.min(allowed, MAX_PARALLEL_SLOW);
                case WAITING -> {
                    if (haveOne && !fetch.stalled(nowNanos)) {
                        allowed = 1; // there is time
                    }
                }
            }
        }
        return running.size() < allowed;
    }

    private boolean late(long nowNanos) {
        return tries > 0 && nowNanos - firstTryNanos >= AUTHORITY_DELAY.toNanos();
    }

    /** Authorities are spared until fallbacks have had their time, and then asked one in three times. */
    private SourcePicker.Preference preference(long nowNanos) {
        if (late(nowNanos) && authorityTries * MAX_PARALLEL <= tries - MAX_PARALLEL + 1) {
            authorityTries++;
            return SourcePicker.Preference.AUTHORITY;
        }
        return SourcePicker.Preference.FALLBACK;
    }

    private DirectoryRequest request(Instant now) {
        Optional<Instant> newerThan = current.filter(consensus -> usable(now)).map(ConsensusTrack::modifiedSince);
        Optional<Bytes> base = diffBase.filter(b -> !b.validAfter.isBefore(now.minus(DIFF_BASE_AGE)))
                .map(DiffBase::digest);
        return DirectoryRequest.consensus(authorities, newerThan, base);
    }

    /** A little after it was made, since directories give the time of the file, not of the document. */
    private static Instant modifiedSince(Consensus consensus) {
        Duration half =
                Duration.between(consensus.validAfter(), consensus.freshUntil()).dividedBy(2);
        return consensus.validAfter().plus(half.compareTo(MODIFIED_SLACK) < 0 ? half : MODIFIED_SLACK);
    }

    @Override
    public FetchOutcome arrived(RunningFetch fetch, DirectoryResponse response) {
        if (response.status() != DirectoryResponse.OK) {
            return FetchOutcome.NOT_FOUND;
        }
        try {
            byte[] text = response.body();
            if (ConsensusDiff.isDiff(text)) {
                text = applyDiff(text);
            }
            return arrived(Consensus.parse(text), text, fetch.source());
        } catch (DocumentException e) {
            LOG.debug("a faulty consensus", e);
            faults.info("a directory gave a faulty consensus");
            return FetchOutcome.BAD_ANSWER;
        }
    }

    private FetchOutcome arrived(Consensus consensus, byte[] text, DirectorySource source) {
        FetchOutcome outcome = judge(consensus, text, Optional.of(source));
        desk.lock().lock();
        try {
            if (waiting.isPresent() && waiting.get().consensus() == consensus) {
                certificateFailures = 0;
            }
        } finally {
            desk.lock().unlock();
        }
        return outcome;
    }

    private byte[] applyDiff(byte[] diff) throws DocumentException {
        try {
            byte[] base = cache.consensus().orElseThrow(() -> new DocumentException("diff without a base"));
            return ConsensusDiff.apply(base, diff);
        } catch (DocumentException e) {
            desk.lock().lock();
            try {
                diffBase = Optional.empty(); // the next request is for a whole one
            } finally {
                desk.lock().unlock();
            }
            throw e;
        }
    }

    /** Decides what a consensus is worth, and does what follows. */
    private FetchOutcome judge(Consensus consensus, byte[] text, Optional<DirectorySource> source) {
        Instant now = desk.now();
        ImmutableList<AuthorityCertificate> known;
        desk.lock().lock();
        try {
            if (!consensus.validAfter().isAfter(newest)) {
                return FetchOutcome.NOT_FOUND; // nothing new
            }
            known = certificates;
        } finally {
            desk.lock().unlock();
        }
        Liveness liveness = Liveness.of(consensus, now);
        if (!liveness.usable()) {
            outOfTime(consensus, liveness, known, source, now);
            return FetchOutcome.NOT_FOUND;
        }
        SignatureVerdict verdict = verifier.verify(consensus, known, now);
        if (verdict.trusted()) {
            return accept(consensus, text, now);
        } else if (verdict.mayBecomeTrusted()) {
            desk.lock().lock();
            try {
                waiting = Optional.of(new Waiting(consensus, Bytes.copyOf(text), verdict, source));
            } finally {
                desk.lock().unlock();
            }
            return FetchOutcome.GOOD;
        }
        faults.info("a consensus has {} good signatures of {} authorities", verdict.good(), verdict.authorities());
        return FetchOutcome.BAD_ANSWER;
    }

    /** Either the clock is wrong or the directory is: the authorities' signatures tell, or other directories. */
    private void outOfTime(
            Consensus consensus,
            Liveness liveness,
            ImmutableList<AuthorityCertificate> known,
            Optional<DirectorySource> source,
            Instant now) {
        boolean premature = liveness == Liveness.PREMATURE;
        Instant nearest = premature ? consensus.validAfter() : consensus.validUntil();
        // What most authorities have signed has come to pass; an old one may have been kept by anybody.
        boolean proven = premature
                && verifier.verify(consensus, known, consensus.validAfter()).trusted();
        desk.lock().lock();
        try {
            source.ifPresent(from -> documentSkew.add(from.rsaIdentity(), now, nearest));
            Optional<Duration> told = desk.skew().large();
            if (told.isPresent()) {
                wrongClock = told.map(ahead -> new ClockSkew(ahead, Measure.TOLD));
            } else if (proven) {
                wrongClock = Optional.of(new ClockSkew(Duration.between(nearest, now), Measure.AT_LEAST));
            } else if (premature || !desk.skew().isKnown()) { // else directories that tell the time have an old one
                wrongClock = documentSkew.large().map(ahead -> new ClockSkew(ahead, Measure.AT_LEAST));
            }
        } finally {
            desk.lock().unlock();
        }
        faults.info("a consensus is {} by this clock", premature ? "of the future" : "long expired");
    }

    private FetchOutcome accept(Consensus consensus, byte[] text, Instant now) {
        Bytes digest = ConsensusDiff.baseDigest(text);
        List<RunningFetch> others;
        desk.lock().lock();
        try {
            if (!consensus.validAfter().isAfter(newest)) {
                return FetchOutcome.NOT_FOUND; // another thread was faster
            }
            use(consensus, digest, now);
            retry.reset();
            failures.reset();
            tries = 0;
            notBeforeNanos = desk.nanos();
            others = new ArrayList<>(desk.running(DocumentKind.CONSENSUS));
        } finally {
            desk.lock().unlock();
        }
        for (RunningFetch other : others) {
            other.cancel(FetchOutcome.CANCELLED); // no effect on the one that gave this
        }
        owner.accepted(consensus, text);
        return FetchOutcome.GOOD;
    }

    private void use(Consensus consensus, Bytes digest, Instant now) {
        current = Optional.of(consensus);
        newest = consensus.validAfter();
        waiting = Optional.empty();
        wrongClock = Optional.empty();
        documentSkew.reset();
        diffBase = Optional.of(new DiffBase(consensus.validAfter(), digest));
        nextFetch = ConsensusSchedule.nextFetch(consensus, now, random);
        if (Liveness.of(consensus, now) != Liveness.LIVE) { // a fresh one would come out no better by this clock
            nextFetch = now.plus(NOT_LIVE_RETRY).plusMillis(random.nextLong(NOT_LIVE_RETRY.toMillis()));
        }
    }

    /** What became of the consensus of an earlier run. */
    enum Restored {
        /** Circuits may be built on it. */
        USABLE,
        /** It may be used once certificates are there. */
        WAITING,
        /** Not of this day, but of use as the base of a diff. */
        OUT_OF_TIME,
        /** Of no use any more. */
        TOO_OLD,
        /** Its signatures aren't good. */
        NOT_TRUSTED
    }

    /** Takes the consensus of an earlier run, which is verified again (T74). */
    Restored restore(Consensus consensus, byte[] text, ImmutableList<AuthorityCertificate> known) {
        Instant now = desk.now();
        SignatureVerdict verdict = verifier.verify(consensus, known, now);
        Bytes digest = ConsensusDiff.baseDigest(text);
        Liveness liveness = Liveness.of(consensus, now);
        desk.lock().lock();
        try {
            checkState(!current.isPresent(), "there is a consensus already");
            if (liveness == Liveness.EXPIRED && consensus.validAfter().isBefore(now.minus(DIFF_BASE_AGE))) {
                return Restored.TOO_OLD;
            } else if (!verdict.trusted()) {
                if (!verdict.mayBecomeTrusted() || !liveness.usable()) {
                    return Restored.NOT_TRUSTED;
                }
                waiting = Optional.of(new Waiting(consensus, Bytes.copyOf(text), verdict, Optional.empty()));
                return Restored.WAITING;
            } else if (!liveness.usable()) {
                diffBase = Optional.of(new DiffBase(consensus.validAfter(), digest));
                newest = liveness == Liveness.EXPIRED ? consensus.validAfter() : newest;
                return Restored.OUT_OF_TIME;
            }
            use(consensus, digest, now);
            nextFetch = ConsensusSchedule.nextFetch(consensus, now, random);
            return Restored.USABLE;
        } finally {
            desk.lock().unlock();
        }
    }

    /** Judges the waiting consensus again, with the certificates of now. */
    FetchOutcome judgeWaiting() {
        Optional<Waiting> again;
        desk.lock().lock();
        try {
            again = waiting;
            waiting = Optional.empty();
        } finally {
            desk.lock().unlock();
        }
        if (!again.isPresent()) {
            return FetchOutcome.NOT_FOUND;
        }
        Waiting one = again.get();
        return judge(one.consensus(), one.text().toArray(), one.source());
    }

    @Override
    public void ended(RunningFetch fetch, FetchOutcome outcome) {
        failures.add(outcome); // the time of the next try was fixed when this one began
    }
}
