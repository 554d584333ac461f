package org.onion4j.directory.fetch;

import java.time.Duration;
import org.onion4j.crypto.random.RandomSource;

/**
 * How long to wait before asking again after failures: a random time that grows with the one before it ("decorrelated
 * jitter"). After some failures in a row its lower bound grows as well, so that a client whose every request fails
 * makes few of them in an hour (T31). Spec: dir-spec, "Retrying failed downloads". Guarded by its owner's lock.
 */
final class RetrySchedule {
    private static final long BASE_MILLIS = 1000;
    private static final int PATIENT_FAILURES = 5; // from here on the lower bound doubles
    private static final long MAX_LOWER_MILLIS = Duration.ofMinutes(10).toMillis();
    private static final long MAX_MILLIS = Duration.ofMinutes(20).toMillis();

    private final RandomSource random;
    private long lastMillis;
    private int failures;

    RetrySchedule(RandomSource random) {
        this.random = random;
    }

    /** Notes a failure, and says how long to wait. */
    Duration nextDelay() {
        long lower = BASE_MILLIS;
        if (failures > PATIENT_FAILURES) {
            int doublings = Math.min(20, failures - PATIENT_FAILURES - 1);
            lower = Math.min(MAX_LOWER_MILLIS, (10 * BASE_MILLIS) << doublings);
        }
        long upper = Math.max(lower + BASE_MILLIS, Math.min(MAX_MILLIS, 3 * lastMillis));
        lastMillis = lower + random.nextLong(upper - lower);
        failures++;
        return Duration.ofMillis(lastMillis);
    }

    /** How many failures there have been in a row. */
    int failures() {
        return failures;
    }

    /** Begins anew, after a success or when the network has changed. */
    void reset() {
        lastMillis = 0;
        failures = 0;
    }
}
