package org.onion4j.directory.supply;

import java.time.Duration;

/**
 * When to lose patience with a circuit that is being built. The time is counted from when its channel was open, as it is
 * measured; opening the channel has a limit of its own. Spec: path-spec, "Learning when to give up ("timeout") on circuit
 * construction".
 *
 * @param late when it isn't used any more
 * @param over when it is closed
 * @param silent when it is closed if not even the first hop has answered: that is no slow path but a dead link or guard
 */
record BuildDeadlines(Duration late, Duration over, Duration silent) {
    /** Longer than a channel takes until it gives up by itself. */
    static final Duration CHANNEL_LIMIT = Duration.ofSeconds(75);

    private static final Duration MIN_SILENCE = Duration.ofSeconds(10);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);

    /** How often a circuit without channel is looked at, at most. */
    private static final Duration CONNECTING_PAUSE = Duration.ofMillis(250);

    /** What is to be done about a circuit. */
    enum Verdict {
        GO_ON,
        LATE,
        GIVE_UP
    }

    /** How a circuit is doing. */
    enum Progress {
        /** There is no channel yet. */
        CONNECTING,
        /** The guard has been asked. */
        ASKED,
        /** The guard has answered. */
        ANSWERED
    }

    static BuildDeadlines of(BuildTimeouts timeouts) {
        Duration late = timeouts.buildTimeout();
        Duration over = max(late, timeouts.closeTimeout());
        return new BuildDeadlines(late, over, min(over, max(MIN_SILENCE, late.dividedBy(2))));
    }

    /** @param age time since its channel was open, or while there is none, since its launch */
    Verdict verdict(Progress progress, Duration age) {
        Duration limit = limit(progress);
        if (age.compareTo(limit) >= 0) {
            return Verdict.GIVE_UP;
        }
        return progress != Progress.CONNECTING && age.compareTo(late) >= 0 ? Verdict.LATE : Verdict.GO_ON;
    }

    /** How long until it should be looked at again. */
    Duration next(Progress progress, Duration age) {
        Duration limit = limit(progress);
        // While connecting: soon enough to be in time if the channel opens at once.
        Duration next = progress == Progress.CONNECTING
                ? age.plus(max(CONNECTING_PAUSE, late))
                : age.compareTo(late) < 0 ? late : over;
        return max(SHORTEST_PAUSE, min(limit, next).minus(age));
    }

    private Duration limit(Progress progress) {
        return switch (progress) {
            case CONNECTING -> CHANNEL_LIMIT;
            case ASKED -> silent;
            case ANSWERED -> over;
        };
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
