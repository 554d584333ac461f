package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;

import java.time.Duration;
import java.time.Instant;

/** What the methods of this package ask of their arguments. Any thread. */
final class Checks {
    /** The longest time that a network knows. Twice as much still fits into a number of nanoseconds. */
    static final Duration MAX = Duration.ofDays(36_525);

    private static final long MAX_SHOWN = 0xffff_ffffL; // in 2106

    private Checks() {}

    /** A duration that is not negative and not longer than {@link #MAX}. */
    static Duration duration(Duration value, String what) {
        checkNotNull(value, what);
        checkArgument(!value.isNegative(), "%s: %s is negative", what, value);
        checkArgument(value.compareTo(MAX) <= 0, "%s: %s is more than a hundred years", what, value);
        return value;
    }

    /** The same in nanoseconds. */
    static long nanos(Duration value, String what) {
        return duration(value, what).toNanos();
    }

    /** How wrong a clock may be at a time: what it shows must fit into the 32 bits of NETINFO. */
    static Duration skew(Duration value, Instant now) {
        checkNotNull(value, "skew");
        boolean possible = value.abs().compareTo(MAX.multipliedBy(2)) <= 0;
        long shown = possible ? now.plus(value).getEpochSecond() : -1;
        checkArgument(shown >= 0 && shown <= MAX_SHOWN, "a clock can't be wrong by %s at %s", value, now);
        return value;
    }
}
