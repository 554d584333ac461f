package org.onion4j.directory.fetch;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.SigningKey;
import org.onion4j.directory.view.NetworkView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The authorities' certificates: those at hand, and the fetching of those that a waiting consensus lacks. Keeps the
 * ones that were asked for and no other. Spec: dir-spec, "Creating key certificates" and "General-use HTTP URLs".
 *
 * <p>Threading: {@link #arrived} without the desk's lock; the rest under it.
 */
final class CertificateTrack implements FetchDesk.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateTrack.class);
    private static final int MAX_FOR_ONE_AUTHORITY = 4;

    /** Told of new certificates. Called without the desk's lock. */
    interface Owner {
        /** These are all, after some have come; what the consensus that waits for them is worth now. */
        FetchOutcome certificatesChanged(ImmutableList<AuthorityCertificate> all);
    }

    private final FetchDesk desk;
    private final ImmutableSet<RsaIdentity> authorities;
    private final Owner owner;
    private final Runnable onFailure;
    private final RetrySchedule retry;
    private final FailureCount failures = new FailureCount();
    private final SparingLog faults;
    private ImmutableList<AuthorityCertificate> certificates = ImmutableList.of();
    private ImmutableSet<SigningKey> wanted = ImmutableSet.of();
    private long notBeforeNanos;
    private Optional<Consensus> lastWaiting = Optional.empty();
    private boolean giverAsked; // for the certificates of the consensus that it gave

    /**
     * A track without any certificate.
     *
     * @param onFailure runs under the lock after each request that came to nothing
     */
    CertificateTrack(
            FetchDesk desk,
            RandomSource random,
            ImmutableList<RsaIdentity> authorities,
            Owner owner,
            Runnable onFailure) {
        this.desk = desk;
        this.faults = new SparingLog(LOG, desk.ticker());
        this.onFailure = onFailure;
        this.authorities = ImmutableSet.copyOf(authorities);
        this.owner = owner;
        this.retry = new RetrySchedule(random);
        this.notBeforeNanos = desk.nanos();
    }

    /** Takes the certificates of an earlier run. */
    void restore(ImmutableList<AuthorityCertificate> stored) {
        merge(stored, key -> true);
    }

    ImmutableList<AuthorityCertificate> certificates() {
        return certificates;
    }

    FailureCount failures() {
        return failures;
    }

    void restart() {
        retry.reset();
        failures.reset();
        notBeforeNanos = desk.nanos();
    }

    Optional<Duration> nextWake(Optional<ConsensusTrack.Waiting> waiting) {
        Duration delay = desk.until(notBeforeNanos);
        return waiting.isPresent() && !delay.isZero() ? Optional.of(delay) : Optional.empty();
    }

    /** Notes a request if a consensus waits for certificates; first to who gave that one. */
    void plan(Optional<ConsensusTrack.Waiting> waiting, Optional<NetworkView> usableView) {
        long nowNanos = desk.nanos();
        if (!waiting.isPresent()
                || nowNanos - notBeforeNanos < 0
                || !desk.running(DocumentKind.CERTIFICATES).isEmpty()) {
            return;
        }
        ConsensusTrack.Waiting one = waiting.get();
        if (!lastWaiting.isPresent() || lastWaiting.get() != one.consensus()) {
            lastWaiting = Optional.of(one.consensus());
            giverAsked = false;
        }
        wanted = ImmutableSet.copyOf(one.verdict().missingCertificates());
        Optional<DirectorySource> source = one.source()
                .filter(giver -> !giverAsked
                        && !desk.busy(giver.rsaIdentity())
                        && !desk.picker().avoided(giver.rsaIdentity(), nowNanos));
        giverAsked = true;
        if (!source.isPresent()) {
            source = another(usableView, nowNanos);
        }
        notBeforeNanos = nowNanos + retry.nextDelay().toNanos();
        if (source.isPresent()) {
            desk.launch(source.get(), DirectoryRequest.certificates(wanted), ImmutableList.of(), this);
        }
    }

    private Optional<DirectorySource> another(Optional<NetworkView> usableView, long nowNanos) {
        return usableView.isPresent()
                ? desk.picker().listed(usableView.get(), desk::busy, id -> false, nowNanos)
                : desk.picker().configured(SourcePicker.Preference.FALLBACK, desk::busy, nowNanos);
    }

    @Override
    public FetchOutcome arrived(RunningFetch fetch, DirectoryResponse response) {
        if (response.status() != DirectoryResponse.OK) {
            return FetchOutcome.NOT_FOUND;
        }
        AuthorityCertificate.Collection arrived;
        try {
            arrived = AuthorityCertificate.parseGood(response.body());
        } catch (DocumentException e) {
            LOG.debug("no certificates", e);
            faults.info("a directory gave something else for certificates");
            return FetchOutcome.BAD_ANSWER;
        }
        if (arrived.faulty() == 0) {
            return take(arrived.good());
        }
        faults.info(
                "a directory gave {} faulty certificates beside {} good ones",
                arrived.faulty(),
                arrived.good().size());
        take(arrived.good()); // they are worth as much as from anybody
        return FetchOutcome.BAD_ANSWER;
    }

    private FetchOutcome take(ImmutableList<AuthorityCertificate> arrived) {
        ImmutableList<AuthorityCertificate> all;
        desk.lock().lock();
        try {
            if (!merge(arrived, wanted::contains)) {
                return FetchOutcome.NOT_FOUND;
            }
            all = certificates;
        } finally {
            desk.lock().unlock();
        }
        return owner.certificatesChanged(all);
    }

    /** Whether anything came in that was not there before. */
    private boolean merge(ImmutableList<AuthorityCertificate> more, Predicate<SigningKey> asked) {
        Instant now = desk.now();
        Map<SigningKey, AuthorityCertificate> byKey = new LinkedHashMap<>();
        for (AuthorityCertificate known : certificates) {
            byKey.put(new SigningKey(known.identity(), known.signingKeyDigest()), known);
        }
        boolean changed = false;
        for (AuthorityCertificate one : more) {
            SigningKey key = new SigningKey(one.identity(), one.signingKeyDigest());
            if (authorities.contains(one.identity()) && asked.test(key) && one.validAt(now)) {
                AuthorityCertificate before = byKey.remove(key); // a renewed one takes the place of the old
                byKey.put(key, one);
                changed |= before == null || before.expires().isBefore(one.expires());
            }
        }
        certificates = lastOfEach(byKey);
        return changed;
    }

    private static ImmutableList<AuthorityCertificate> lastOfEach(Map<SigningKey, AuthorityCertificate> byKey) {
        Map<RsaIdentity, Integer> counts = new LinkedHashMap<>();
        ImmutableList.Builder<AuthorityCertificate> kept = ImmutableList.builder();
        for (AuthorityCertificate one : ImmutableList.copyOf(byKey.values()).reverse()) {
            if (counts.merge(one.identity(), 1, Integer::sum) <= MAX_FOR_ONE_AUTHORITY) {
                kept.add(one);
            }
        }
        return kept.build().reverse();
    }

    @Override
    public void ended(RunningFetch fetch, FetchOutcome outcome) {
        if (outcome == FetchOutcome.GOOD) {
            restart();
        } else if (outcome != FetchOutcome.CANCELLED) {
            failures.add(outcome);
            onFailure.run();
        }
    }
}
