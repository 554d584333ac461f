package org.onion4j.directory.supply;

import com.google.common.primitives.Ints;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.path.ParameterLookup;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.NetworkView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns how long circuits take to build, and tells when to stop waiting for one: after {@link #buildTimeout} it isn't
 * used any more, but goes on being built so that its time is known; after {@link #closeTimeout} it is closed. Both are
 * quantiles of a Pareto curve fitted to the latest 1000 build times; until enough are known they are the initial
 * timeout. If most of the last circuits timed out the network has changed: all times are forgotten, and the timeouts go
 * back to the initial one, or are doubled if they were no shorter. Spec: path-spec, "Learning when to give up
 * ("timeout") on circuit construction".
 *
 * <p>Times are of circuits of three hops, or of the first three hops of longer ones. The times survive a restart, as a
 * histogram under the name {@value #STATE_NAME}; whether the last circuits timed out does not.
 *
 * <p>Threading: guarded by its owner's lock, but for {@link #save}, which any thread calls without that lock, since it
 * blocks on the disk.
 */
public final class BuildTimeouts {
    static final String STATE_NAME = "build-times";

    private static final Logger log = LoggerFactory.getLogger(BuildTimeouts.class);

    /** Beyond this, timeouts aren't doubled any more: 12 days. */
    private static final double MAX_DOUBLED_MILLIS = ParetoCurve.MAX_MILLIS / 2.0;
    /** A time so much above twice the close timeout comes from a clock that stood still or leapt. */
    private static final int CLOCK_TOLERANCE_MILLIS = 1000;

    private final StateStore store;
    private final BuildTimes times;
    private final Deque<Boolean> recent = new ArrayDeque<>(); // whether the latest circuits timed out, oldest first
    private BuildTimeoutParameters parameters = BuildTimeoutParameters.DEFAULTS;
    private double buildMillis = parameters.initialTimeoutMillis();
    private double closeMillis = parameters.initialTimeoutMillis();

    private final AtomicReference<int[]> unsaved = new AtomicReference<>(); // a copy of the times if they have changed
    private final ReentrantLock saveLock = new ReentrantLock();

    private BuildTimeouts(StateStore store, BuildTimes times) {
        this.store = store;
        this.times = times;
        recompute();
    }

    /** Goes on with what was saved. If that makes no sense it is set aside, and learning begins anew. Blocks on disk. */
    public static BuildTimeouts open(StateStore store, RandomSource random) {
        return new BuildTimeouts(store, load(store, random));
    }

    private static BuildTimes load(StateStore store, RandomSource random) {
        byte[] saved = store.read(STATE_NAME).orElse(null);
        if (saved == null) {
            return new BuildTimes();
        }
        try {
            return BuildTimes.decode(saved, random);
        } catch (BuildTimes.MalformedException e) {
            store.setAside(STATE_NAME, e.getMessage());
            return new BuildTimes();
        }
    }

    /** Follows the parameters of a consensus from now on. */
    public void update(NetworkView view) {
        update(view::parameter);
    }

    void update(ParameterLookup network) {
        int initialBefore = parameters.initialTimeoutMillis();
        parameters = BuildTimeoutParameters.of(network);
        if (!parameters.learning()) {
            forget();
            recent.clear();
            setInitial();
            return;
        }
        while (recent.size() > parameters.recentCount()) {
            recent.removeFirst();
        }
        if (isLearning() && buildMillis == initialBefore && closeMillis == initialBefore) {
            setInitial();
        }
        recompute();
    }

    /** The consensus parameters in force. */
    public BuildTimeoutParameters parameters() {
        return parameters;
    }

    /** How long after its launch a circuit isn't used any more if it isn't built by then. */
    public Duration buildTimeout() {
        return Duration.ofNanos((long) (buildMillis * 1e6));
    }

    /** How long after its launch a circuit is closed if it isn't built by then; not below {@link #buildTimeout}. */
    public Duration closeTimeout() {
        return Duration.ofNanos((long) (closeMillis * 1e6));
    }

    /** Whether so few build times are known that the timeouts aren't computed from them. */
    public boolean isLearning() {
        return parameters.learning() && times.size() < parameters.minCircuits();
    }

    /**
     * A circuit has been built, in time or not.
     *
     * @param time from its launch to the answer of its third hop
     */
    public void onBuilt(Duration time) {
        if (!parameters.learning()) {
            return;
        }
        double millis = time.getSeconds() * 1e3 + time.getNano() / 1e6;
        if (millis < 0 || millis > Math.min(2 * closeMillis + CLOCK_TOLERANCE_MILLIS, ParetoCurve.MAX_MILLIS)) {
            log.debug("A circuit seems to have taken {} ms to build: that is the clock, so it isn't counted", millis);
            return;
        }
        boolean inTime = millis <= buildMillis;
        times.add(Math.max(1, (int) millis));
        unsaved.set(times.toArray());
        if (inTime) {
            remember(false);
        }
        recompute();
    }

    /**
     * A circuit hasn't been built within {@link #buildTimeout}.
     *
     * @param firstHopReached whether its first relay answered: if not, the guard or our own link may be at fault, which
     *     tells nothing about the network
     */
    public void onTimedOut(boolean firstHopReached) {
        if (!parameters.learning() || !firstHopReached) {
            return;
        }
        remember(true);
        long timeouts = recent.stream().filter(timedOut -> timedOut).count();
        if (timeouts >= parameters.maxTimeouts()) {
            beginAnew();
        }
    }

    private void remember(boolean timedOut) {
        if (recent.size() == parameters.recentCount()) {
            recent.removeFirst();
        }
        recent.addLast(timedOut);
    }

    private void beginAnew() {
        forget();
        recent.clear();
        if (buildMillis < parameters.initialTimeoutMillis()) {
            setInitial();
        } else if (closeMillis <= MAX_DOUBLED_MILLIS) {
            buildMillis *= 2;
            closeMillis *= 2;
        }
        log.info("Most of the last circuits took too long: waiting for up to {} ms from now on", (long) buildMillis);
    }

    private void forget() {
        if (times.size() > 0) {
            times.clear();
            unsaved.set(times.toArray());
        }
    }

    private void setInitial() {
        buildMillis = parameters.initialTimeoutMillis();
        closeMillis = parameters.initialTimeoutMillis();
    }

    private void recompute() {
        if (!parameters.learning() || isLearning()) {
            return;
        }
        int[] known = times.toArray();
        ParetoCurve curve = ParetoCurve.fit(known, parameters.numModes());
        int longest = Ints.max(known);
        double limit = Math.min(longest, curve.quantile(parameters.quantile()));
        double end = Math.min(2.0 * longest, curve.quantile(parameters.closeQuantile()));
        buildMillis = Math.max(limit, parameters.minTimeoutMillis());
        closeMillis = Math.max(end, parameters.initialTimeoutMillis()); // which is never below the minimum
    }

    /** Saves the times if they have changed since the last call. Any thread, without the owner's lock. Blocks on disk. */
    public void save() {
        saveLock.lock();
        try {
            int[] changed = unsaved.getAndSet(null);
            if (changed != null) {
                store.write(STATE_NAME, BuildTimes.encode(changed));
            }
        } finally {
            saveLock.unlock();
        }
    }
}
