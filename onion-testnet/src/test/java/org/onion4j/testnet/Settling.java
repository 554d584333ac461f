package org.onion4j.testnet;

import java.time.Duration;

/** Waits for what threads of the application do, whom the network's time doesn't wait for; a test's time-out bounds it. */
final class Settling {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private Settling() {}

    /** Something to look at again and again. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Returns once the condition holds. */
    static void until(TestNetwork network, Condition condition) throws Exception {
        while (!condition.holds()) {
            network.time().settle(LOOK_AGAIN);
        }
    }
}
