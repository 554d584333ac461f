package org.onion4j.api;

import static com.google.common.base.Preconditions.checkArgument;

import java.time.Duration;

/** The range of times that a caller may set. */
final class Timeouts {
    private static final Duration MAX = Duration.ofDays(365);

    private Timeouts() {}

    static Duration check(Duration timeout) {
        checkArgument(
                !timeout.isNegative() && !timeout.isZero() && timeout.compareTo(MAX) <= 0,
                "a timeout of %s is not between 1 ns and 365 days",
                timeout);
        return timeout;
    }
}
