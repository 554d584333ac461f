package org.onion4j.testnet;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Waits for what nobody tells: what other clients see of a change. */
final class Eventually {
    private static final long POLL_MILLIS = 20;

    private Eventually() {}

    /** Something to look at again and again. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    static void holds(Duration limit, Condition condition) throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new AssertionError("not within " + limit);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }
}
