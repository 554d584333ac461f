package org.onion4j.directory.supply;

import java.time.Duration;
import java.util.Optional;
import org.onion4j.crypto.random.RandomSource;

/**
 * Holds launches back while circuits come to nothing: a relay that destroys each at birth, or once it is built, must not
 * make us build without end. After some failures launches are made one by one, each after a random time that grows with
 * the failures. A circuit of use ends that; one that is there for a while makes up for one failure.
 *
 * <p>Guarded by the lock of {@link CircuitSupply}. Times are nanoseconds of the ticker.
 */
final class LaunchPace {
    /** So many failures cost nothing. */
    private static final int FREE_FAILURES = 3;

    /** What counts no further, so that no outage is remembered for long. */
    private static final int MAX_FAILURES = 16;

    private static final Duration SHORTEST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(48);
    private static final int MAX_DOUBLINGS = 10;

    /** Circuits lost with their channel count as one. */
    private static final Duration SAME_LOSS = Duration.ofSeconds(1);

    private final RandomSource random;
    private int failures;
    private long notBefore; // while there are too many failures
    private boolean everLost;
    private long lastLoss;
    private Optional<Throwable> lastChannel = Optional.empty(); // why the channel ended that was last lost

    LaunchPace(RandomSource random) {
        this.random = random;
    }

    /** A circuit is on its way: the next one waits, if circuits have failed. */
    void launched(long now) {
        hold(now);
    }

    /** A circuit was not built, or ended before it was of any use. */
    void failed(long now) {
        failures = Math.min(MAX_FAILURES, failures + 1);
        hold(now);
    }

    /**
     * A circuit ended with its channel before it was of any use, or got none.
     *
     * @param why what the channel ended with, the same object for all its circuits, if that is known
     */
    void lostWithChannel(long now, Optional<Throwable> why) {
        boolean same = why.isPresent()
                ? lastChannel.isPresent() && lastChannel.get() == why.get()
                : everLost && now - lastLoss < SAME_LOSS.toNanos();
        if (!same) {
            failed(now);
        }
        lastChannel = why.isPresent() ? why : lastChannel;
        everLost = true;
        lastLoss = now;
    }

    /** A circuit has been there for a while. */
    void survived() {
        failures = Math.max(0, failures - 1);
    }

    /** A circuit was of use, or what failed was another network: nothing is held back any more. */
    void reset() {
        failures = 0;
    }

    private void hold(long now) {
        if (isHeld()) {
            int doublings = Math.min(MAX_DOUBLINGS, failures - FREE_FAILURES);
            long top = Math.min(LONGEST.toNanos(), SHORTEST.toNanos() << doublings);
            notBefore = now + top - random.nextLong(top / 3);
        }
    }

    private boolean isHeld() {
        return failures > FREE_FAILURES;
    }

    /** How long until the next launch; 0 if it may be made now. */
    long waitNanos(long now) {
        return isHeld() ? Math.max(0, notBefore - now) : 0;
    }
}
