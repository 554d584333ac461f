package org.onion4j.directory.fetch;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.runtime.Scheduler;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.DocumentException;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.network.Authority;
import org.onion4j.directory.view.NetworkView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a client supplied with directory documents: reads those of earlier runs, fetches what is missing, in its time
 * and from whom it should, and publishes a {@link NetworkView} after each change. Goes on trying until closed; what is
 * wrong is told through {@link DirectoryStatus}.
 *
 * <p>Threading: public methods may be called from any thread and don't block. One lock, the desk's, guards all state of
 * the package but the cache's; no I/O happens and no listener is called under it. Requests run in the executor, timed
 * work in the scheduler. Each thread that changed something runs {@link #step}, which decides what to do next.
 */
public final class DirectoryManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryManager.class);

    private static final Duration WATCH = Duration.ofSeconds(2);
    private static final Duration HOUSEKEEPING = Duration.ofSeconds(30);
    private static final Duration CLOCK_JUMP = Duration.ofSeconds(30);

    private final DirectoryEnvironment env;
    private final DirectoryListener listener;
    private final DirectoryCache cache;
    private final FetchDesk desk;
    private final SparingLog bugs;
    private final SparingLog jumps;
    private final ConsensusTrack consensus;
    private final CertificateTrack certificates;
    private final MicrodescriptorTrack microdescriptors;
    private final StatusMaker statusMaker;

    // All guarded by the desk's lock.
    private Optional<NetworkView> view = Optional.empty();
    private DirectoryStatus status = new DirectoryStatus(DirectoryStatus.Phase.LOADING, 0, Optional.empty());
    private final Queue<Runnable> events = new ArrayDeque<>();
    private boolean delivering;
    private boolean started;
    private boolean loaded;
    private Scheduler.Cancellable wake = () -> {};
    private ProtocolVersions toldLacking = ProtocolVersions.NONE;
    private Instant lastWall;
    private long lastNanos;

    /** A manager that does nothing until {@link #start}. */
    public DirectoryManager(DirectoryEnvironment env, DirectoryListener listener) {
        this.env = env;
        this.listener = listener;
        this.bugs = new SparingLog(LOG, env.ticker());
        this.jumps = new SparingLog(LOG, env.ticker());
        this.cache = new DirectoryCache(env.state());
        this.desk = new FetchDesk(env, this::step, this::progressed);
        ImmutableList<RsaIdentity> authorities = env.network().votingAuthorities().stream()
                .map(Authority::v3Identity)
                .map(Optional::get)
                .collect(ImmutableList.toImmutableList());
        this.consensus = new ConsensusTrack(desk, cache, env.random(), authorities, this::accepted);
        this.certificates = new CertificateTrack(
                desk, env.random(), authorities, this::certificatesChanged, consensus::certificateFetchFailed);
        this.microdescriptors = new MicrodescriptorTrack(desk, cache, env.random(), this::rebuildView);
        this.statusMaker = new StatusMaker(env.protocols(), desk, consensus, certificates, microdescriptors);
        this.lastWall = env.clock().instant();
        this.lastNanos = env.ticker().read();
    }

    /** Begins: first with what is stored, then with what must be fetched. */
    public void start() {
        desk.lock().lock();
        try {
            if (started || desk.closed()) {
                return;
            }
            started = true;
        } finally {
            desk.lock().unlock();
        }
        try {
            env.workers().execute(this::load);
        } catch (RejectedExecutionException e) {
            LOG.debug("the executor takes no work");
        }
    }

    /** The view of the moment, if there is a consensus that may be used. */
    public Optional<NetworkView> view() {
        desk.lock().lock();
        try {
            return view;
        } finally {
            desk.lock().unlock();
        }
    }

    /** How far things have got. */
    public DirectoryStatus status() {
        desk.lock().lock();
        try {
            return status;
        } finally {
            desk.lock().unlock();
        }
    }

    /**
     * A hint that the network is another one, or back: what is under way is given up, and whatever waits after failures is
     * tried again at once.
     */
    public void networkChanged() {
        desk.cancelAll();
        desk.lock().lock();
        try {
            restart(desk.now());
        } finally {
            desk.lock().unlock();
        }
        step();
    }

    /**
     * Looks whether the clock has been set, or anything is due, without waiting for the next time that this would be done by
     * itself. What has changed is told before this returns, unless another thread is just telling something.
     */
    public void lookAgain() {
        step();
    }

    /** Stops: requests under way are given up, and the listener hears nothing new. */
    @Override
    public void close() {
        desk.close();
        desk.lock().lock();
        try {
            wake.cancel();
            events.clear();
        } finally {
            desk.lock().unlock();
        }
    }

    private void load() {
        ImmutableList<AuthorityCertificate> stored = cache.certificates();
        desk.lock().lock();
        try {
            certificates.restore(stored);
            stored = certificates.certificates();
            consensus.setCertificates(stored);
        } finally {
            desk.lock().unlock();
        }
        Optional<byte[]> text = cache.consensus();
        if (text.isPresent()) {
            loadConsensus(text.get(), stored);
        }
        desk.lock().lock();
        try {
            loaded = true;
        } finally {
            desk.lock().unlock();
        }
        step();
    }

    private void loadConsensus(byte[] text, ImmutableList<AuthorityCertificate> stored) {
        Consensus parsed;
        try {
            parsed = Consensus.parse(text);
        } catch (DocumentException e) {
            cache.setConsensusAside("not a consensus: " + e.getMessage());
            return;
        }
        switch (consensus.restore(parsed, text, stored)) {
            case USABLE -> show(parsed);
            case WAITING -> LOG.info("certificates are missing for the consensus of the last run");
            case OUT_OF_TIME -> LOG.info("the consensus of the last run is out of time");
            case TOO_OLD -> cache.dropConsensus();
            case NOT_TRUSTED -> cache.setConsensusAside("too few good signatures");
        }
    }

    /** There is a consensus that is trusted and newer than the one before. */
    private void accepted(Consensus newest, byte[] text) {
        desk.lock().lock();
        try {
            if (desk.closed()) {
                return;
            }
        } finally {
            desk.lock().unlock();
        }
        cache.saveConsensus(text);
        show(newest);
    }

    private void show(Consensus newest) {
        desk.lock().lock();
        try {
            microdescriptors.setConsensus(newest);
        } finally {
            desk.lock().unlock();
        }
        microdescriptors.load(); // which rebuilds the view
    }

    private FetchOutcome certificatesChanged(ImmutableList<AuthorityCertificate> all) {
        desk.lock().lock();
        try {
            consensus.setCertificates(all);
        } finally {
            desk.lock().unlock();
        }
        cache.saveCertificates(all);
        FetchOutcome outcome = consensus.judgeWaiting();
        return outcome == FetchOutcome.GOOD ? FetchOutcome.GOOD : FetchOutcome.NOT_FOUND;
    }

    private void rebuildView() {
        desk.lock().lock();
        try {
            Optional<Consensus> current = consensus.current();
            if (!current.isPresent() || desk.closed()) {
                return;
            }
            NetworkView made = NetworkView.of(current.get(), microdescriptors::find);
            view = Optional.of(made);
            statusMaker.viewChanged(made);
            tellRecommended(made.consensus());
            events.add(() -> listener.viewChanged(made));
        } finally {
            desk.lock().unlock();
        }
        step();
    }

    /** Under the lock: says once what the network would rather have clients speak. It can be used without. */
    private void tellRecommended(Consensus current) {
        ProtocolVersions lacking = env.protocols().missingRecommended(current);
        if (!lacking.isEmpty() && !lacking.equals(toldLacking)) {
            events.add(() -> LOG.info("the network recommends what this version doesn't speak: {}", lacking));
        }
        toldLacking = lacking;
    }

    /** A part of an answer has come. */
    private void progressed() {
        desk.lock().lock();
        try {
            updateStatus();
        } finally {
            desk.lock().unlock();
        }
        deliver();
    }

    /** Decides what to do next. Called without the lock, by whichever thread changed something. */
    private void step() {
        List<RunningFetch> overdue;
        desk.lock().lock();
        try {
            if (desk.closed() || !loaded) {
                return;
            }
            Instant now = desk.now();
            noticeClockJump(now);
            overdue = desk.overdue();
            updateStatus();
            Optional<NetworkView> usableView = consensus.usable(now) ? view : Optional.empty();
            consensus.plan(now, view);
            certificates.plan(consensus.waiting(), usableView);
            if (usableView.isPresent()) {
                microdescriptors.plan(usableView.get(), status.ready());
            }
            updateStatus();
            scheduleWake(now);
        } finally {
            desk.lock().unlock();
        }
        for (RunningFetch fetch : overdue) {
            fetch.cancel(FetchOutcome.TIMED_OUT);
        }
        desk.startPending();
        deliver();
    }

    private void noticeClockJump(Instant now) {
        long nowNanos = desk.nanos();
        Duration walled = Duration.between(lastWall, now);
        Duration ticked = Duration.ofNanos(nowNanos - lastNanos);
        lastWall = now;
        lastNanos = nowNanos;
        if (walled.minus(ticked).abs().compareTo(CLOCK_JUMP) > 0) {
            jumps.info("the clock was set, or the machine slept");
            desk.skew().reset();
            desk.linkSkew().reset();
            restart(now);
        }
    }

    private void restart(Instant now) {
        desk.picker().forgive();
        consensus.restart(now);
        certificates.restart();
        microdescriptors.restart();
    }

    private void scheduleWake(Instant now) {
        Duration delay = desk.idle() ? HOUSEKEEPING : WATCH;
        delay = earlier(delay, consensus.nextWake(now));
        delay = earlier(delay, certificates.nextWake(consensus.waiting()));
        if (consensus.usable(now)) {
            delay = earlier(delay, microdescriptors.nextWake(status.ready()));
        }
        wake.cancel();
        wake = env.scheduler().schedule(this::step, delay);
    }

    private static Duration earlier(Duration delay, Optional<Duration> other) {
        return other.isPresent() && other.get().compareTo(delay) < 0 ? other.get() : delay;
    }

    private void updateStatus() {
        if (!loaded || desk.closed()) {
            return;
        }
        DirectoryStatus now = statusMaker.make(desk.now());
        if (!now.equals(status)) {
            status = now;
            events.add(() -> listener.statusChanged(now));
        }
    }

    /** Hands events to the listener, in order: by one thread at a time, which takes what others add meanwhile. */
    private void deliver() {
        Optional<Runnable> event = takeEvent();
        while (event.isPresent()) {
            try {
                event.get().run();
            } catch (RuntimeException e) {
                bugs.error("a listener failed", e);
            } finally {
                eventDone();
            }
            event = takeEvent();
        }
    }

    /** The next event, unless another thread is handing one out. */
    private Optional<Runnable> takeEvent() {
        desk.lock().lock();
        try {
            if (delivering || events.isEmpty()) {
                return Optional.empty();
            }
            delivering = true;
            return Optional.of(events.remove());
        } finally {
            desk.lock().unlock();
        }
    }

    private void eventDone() {
        desk.lock().lock();
        try {
            delivering = false;
        } finally {
            desk.lock().unlock();
        }
    }
}
