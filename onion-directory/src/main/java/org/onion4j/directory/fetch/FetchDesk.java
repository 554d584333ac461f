package org.onion4j.directory.fetch;

import com.google.common.base.Throwables;
import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the parts of a {@link DirectoryManager} share: its lock, its times, and the requests under way. Requests are
 * noted under the lock and handed to the executor by {@link #startPending} without it.
 *
 * <p>Threading: {@link #run} in the executor; the rest under {@link #lock} unless it says otherwise.
 */
final class FetchDesk {
    private static final Logger LOG = LoggerFactory.getLogger(FetchDesk.class);

    /** What is done with an answer. Called without the lock. */
    interface Handler {
        /**
         * Takes an answer.
         *
         * @return what it was worth
         */
        FetchOutcome arrived(RunningFetch fetch, DirectoryResponse response);

        /** The request is over, however it ended; called under the lock, just after it was taken off the desk. */
        void ended(RunningFetch fetch, FetchOutcome outcome);
    }

    private record Pending(RunningFetch fetch, Handler handler) {}

    private final DirectoryEnvironment env;
    private final SourcePicker picker;
    private final SparingLog bugs;
    private final ClockSkewEstimate skew;
    private final ClockSkewEstimate linkSkew = new ClockSkewEstimate(relay -> false);
    private final Set<RunningFetch> running = new LinkedHashSet<>();
    private final List<Pending> pending = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Runnable onEnd;
    private final Runnable onProgress;
    private boolean closed;

    /**
     * A desk with nothing on it.
     *
     * @param onEnd runs without the lock after each request that ended
     * @param onProgress runs without the lock when a part of an answer has come
     */
    FetchDesk(DirectoryEnvironment env, Runnable onEnd, Runnable onProgress) {
        this.env = env;
        this.skew = new ClockSkewEstimate(this::isAuthority);
        this.bugs = new SparingLog(LOG, env.ticker());
        this.picker = new SourcePicker(env.network(), env.caches(), env.random());
        this.onEnd = onEnd;
        this.onProgress = onProgress;
    }

    /** The lock of the whole manager. Any thread. */
    ReentrantLock lock() {
        return lock;
    }

    SourcePicker picker() {
        return picker;
    }

    /** What directories say of the time. */
    ClockSkewEstimate skew() {
        return skew;
    }

    /** The same by certificates of links that could not be opened, so at least: that is all there is where none opens. */
    ClockSkewEstimate linkSkew() {
        return linkSkew;
    }

    /** Whether a directory is one of the authorities. Any thread. */
    boolean isAuthority(RsaIdentity directory) {
        return env.network().authorities().stream()
                .anyMatch(authority -> authority.rsaIdentity().equals(directory));
    }

    /** Wall time. Any thread. */
    Instant now() {
        return env.clock().instant();
    }

    /** Monotonic time. Any thread. */
    long nanos() {
        return env.ticker().read();
    }

    /** The monotonic clock. Any thread. */
    Ticker ticker() {
        return env.ticker();
    }

    boolean closed() {
        return closed;
    }

    /** The requests of a kind that are under way. */
    List<RunningFetch> running(DocumentKind kind) {
        List<RunningFetch> list = new ArrayList<>();
        for (RunningFetch fetch : running) {
            if (fetch.kind() == kind) {
                list.add(fetch);
            }
        }
        return list;
    }

    boolean idle() {
        return running.isEmpty();
    }

    /** Whether a request to this directory is under way. */
    boolean busy(RsaIdentity directory) {
        for (RunningFetch fetch : running) {
            if (fetch.source().rsaIdentity().equals(directory)) {
                return true;
            }
        }
        return false;
    }

    /** Notes a request, to be started as soon as the lock is given back. */
    void launch(DirectorySource source, DirectoryRequest request, ImmutableList<Bytes> digests, Handler handler) {
        RunningFetch fetch = new RunningFetch(source, request, digests, nanos());
        running.add(fetch);
        pending.add(new Pending(fetch, handler));
    }

    /** Hands noted requests to the executor. Without the lock, by any thread. */
    void startPending() {
        List<Pending> starting;
        lock.lock();
        try {
            starting = new ArrayList<>(pending);
            pending.clear();
        } finally {
            lock.unlock();
        }
        for (Pending one : starting) {
            try {
                Executor workers = env.workers();
                workers.execute(() -> run(one.fetch, one.handler));
            } catch (RejectedExecutionException e) {
                LOG.debug("the executor takes no more requests");
                end(one.fetch, one.handler, FetchOutcome.CANCELLED);
            }
        }
    }

    private void run(RunningFetch fetch, Handler handler) {
        FetchOutcome outcome = FetchOutcome.UNREACHABLE; // where an error gets through
        try {
            outcome = make(fetch, handler);
        } catch (DirectoryException e) {
            outcome = e.outcome();
            noteCertificates(fetch, e);
            LOG.debug("{} request: {}", fetch.kind(), e.getMessage());
        } catch (RuntimeException e) {
            bugs.error("a directory request failed in a way that it should not", e);
        } finally {
            end(fetch, handler, outcome);
        }
        onEnd.run();
    }

    /** A relay that has proven to be itself, but for the time, tells a clock that is wrong by days. T37. */
    private void noteCertificates(RunningFetch fetch, DirectoryException failure) {
        for (Throwable cause : Throwables.getCausalChain(failure)) {
            if (cause instanceof ChannelException channel && channel.clockSkew().isPresent()) {
                Instant ours = now();
                lock.lock();
                try {
                    linkSkew.add(
                            fetch.source().rsaIdentity(),
                            ours,
                            ours.plus(channel.clockSkew().get()));
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private FetchOutcome make(RunningFetch fetch, Handler handler) throws DirectoryException {
        DirectoryResponse response = fetch.run(env.connector(), onProgress);
        Optional<Instant> theirs = response.date();
        theirs.ifPresent(time -> noteClock(fetch, time));
        return handler.arrived(fetch, response);
    }

    private void noteClock(RunningFetch fetch, Instant theirs) {
        Instant ours = now();
        lock.lock();
        try {
            skew.add(fetch.source().rsaIdentity(), ours, theirs);
        } finally {
            lock.unlock();
        }
    }

    private void end(RunningFetch fetch, Handler handler, FetchOutcome outcome) {
        lock.lock();
        try {
            running.remove(fetch);
            if (outcome != FetchOutcome.GOOD && outcome != FetchOutcome.CANCELLED) {
                picker.avoid(fetch.source().rsaIdentity(), nanos());
            } else if (outcome == FetchOutcome.GOOD) {
                picker.proved(fetch.source());
                linkSkew.reset();
            }
            handler.ended(fetch, outcome);
        } finally {
            lock.unlock();
        }
        if (fetch.source() instanceof DirectorySource.Listed) {
            env.caches().report(fetch.source().rsaIdentity(), outcome);
        }
    }

    /** Gives up requests that take too long. The caller cancels what is returned, without the lock. */
    List<RunningFetch> overdue() {
        List<RunningFetch> list = new ArrayList<>();
        long nowNanos = nanos();
        for (RunningFetch fetch : running) {
            if (fetch.overdue(nowNanos)) {
                list.add(fetch);
            }
        }
        return list;
    }

    /** Takes no more requests, and gives up those under way. Without the lock, by any thread. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        cancelAll();
    }

    /** Gives up all requests that are under way, through no fault of theirs. Without the lock, by any thread. */
    void cancelAll() {
        List<RunningFetch> all;
        lock.lock();
        try {
            all = new ArrayList<>(running);
        } finally {
            lock.unlock();
        }
        for (RunningFetch fetch : all) {
            fetch.cancel(FetchOutcome.CANCELLED);
        }
    }

    /** How long from now until a moment of monotonic time; zero if it has passed. */
    Duration until(long nanos) {
        return Duration.ofNanos(Math.max(0, nanos - nanos()));
    }
}
