package org.onion4j.directory.supply;

import java.time.Duration;
import org.onion4j.crypto.random.RandomSource;

/**
 * Holds launches back while circuits fail one after the other: a relay that destroys each at birth must not make us
 * build without end. After some failures in a row each further launch waits for a random time that grows with them.
 *
 * <p>Guarded by the lock of {@link CircuitSupply}.
 */
final class LaunchPace {
    private static final int FREE_FAILURES = 3;
    private static final Duration BASE = Duration.ofMillis(250);
    private static final Duration MAX = Duration.ofSeconds(60);
    private static final int MAX_DOUBLINGS = 10;

    private final RandomSource random;
    private int failures;
    private long notBeforeNanos;
    private boolean held;

    LaunchPace(RandomSource random) {
        this.random = random;
    }

    void succeeded() {
        failures = 0;
        held = false;
    }

    void failed(long now) {
        failures++;
        if (failures > FREE_FAILURES) {
            long top = Math.min(MAX.toNanos(), BASE.toNanos() << Math.min(MAX_DOUBLINGS, failures - FREE_FAILURES));
            held = true;
            notBeforeNanos = now + top / 2 + random.nextLong(top / 2);
        }
    }

    /** How many nanoseconds until the next launch; 0 if it may be made now. */
    long waitNanos(long now) {
        return held ? Math.max(0, notBeforeNanos - now) : 0;
    }
}
