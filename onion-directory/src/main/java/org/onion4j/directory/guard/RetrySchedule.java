package org.onion4j.directory.guard;

import java.time.Duration;

/** After how long an unreachable guard is worth another try. Spec: guard-spec, "Retrying guards". */
final class RetrySchedule {
    private static final Duration SIX_HOURS = Duration.ofHours(6);
    private static final Duration FOUR_DAYS = Duration.ofDays(4);
    private static final Duration SEVEN_DAYS = Duration.ofDays(7);

    private RetrySchedule() {}

    /** The time between tries of a guard that has been failing for this long. */
    static Duration delay(Duration failingFor, boolean primary) {
        if (failingFor.compareTo(SIX_HOURS) <= 0) {
            return primary ? Duration.ofMinutes(10) : Duration.ofHours(1);
        } else if (failingFor.compareTo(FOUR_DAYS) <= 0) {
            return primary ? Duration.ofMinutes(90) : Duration.ofHours(4);
        } else if (failingFor.compareTo(SEVEN_DAYS) <= 0) {
            return primary ? Duration.ofHours(4) : Duration.ofHours(18);
        }
        return primary ? Duration.ofHours(9) : Duration.ofHours(36);
    }
}
