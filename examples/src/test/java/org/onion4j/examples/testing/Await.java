package org.onion4j.examples.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what another process does and tells nobody about: the one place of these tests that polls. */
public final class Await {
    private static final long POLL_MILLIS = 50;

    /** Something to look at again and again; an {@link IOException} counts as "not so far". */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private Await() {}

    /**
     * Returns as soon as the condition holds.
     *
     * @throws TimeoutException if it does not within {@code limit}; the message says what was waited for
     */
    public static void until(String what, Duration limit, Condition condition)
            throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + limit.toNanos();
        IOException last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.holds()) {
                    return;
                }
                last = null;
            } catch (IOException e) {
                last = e;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        TimeoutException timeout = new TimeoutException(
                "waited " + limit.toSeconds() + " s for " + what + (last == null ? "" : ": " + last));
        if (last != null) {
            timeout.initCause(last);
        }
        throw timeout;
    }
}
