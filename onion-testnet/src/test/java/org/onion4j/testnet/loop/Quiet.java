package org.onion4j.testnet.loop;

import java.time.Duration;
import java.util.OptionalLong;

/** Lets a network whose time stands still run until it is quiet. */
public final class Quiet {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Quiet() {}

    /** Waits until all is quiet. */
    public static void await(NetworkTime time) {
        long until = System.nanoTime() + LIMIT.toNanos();
        while (!time.isQuiet()) {
            if (System.nanoTime() > until) {
                throw new AssertionError("it does not get quiet");
            }
            Thread.onSpinWait();
        }
    }

    /** Moves the time on from timer to timer for so long, waiting each time until all is quiet. */
    public static void advance(NetworkTime time, Duration by) {
        long end = time.nanos() + by.toNanos();
        await(time);
        while (true) {
            OptionalLong next = time.nextDeadlineNanos();
            if (!next.isPresent() || next.getAsLong() > end) {
                time.advanceTo(end);
                await(time);
                return;
            }
            time.advanceTo(next.getAsLong());
            await(time);
        }
    }
}
