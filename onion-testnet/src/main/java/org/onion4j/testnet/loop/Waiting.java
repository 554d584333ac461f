package org.onion4j.testnet.loop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How a loop's thread waits where there is nothing to run. */
interface Waiting extends AutoCloseable {
    /** The longest it waits without looking up, in nanoseconds: what it may be out by if the time moves unseen. */
    long MAX_NANOS = TimeUnit.MINUTES.toNanos(1);

    /**
     * Waits for {@link #wake}, or for the time to pass, and handles what came in meanwhile. On the loop's thread.
     *
     * @param nanos 0 for not at all
     */
    void await(long nanos);

    /** Ends the waiting of the loop's thread, or the next one if there is none now. Any thread. */
    void wake(Thread thread);

    @Override
    void close();

    /** Waits without any means of the operating system but a parked thread. */
    final class Parked implements Waiting {
        @Override
        public void await(long nanos) {
            if (nanos > 0) {
                LockSupport.parkNanos(this, nanos);
            }
        }

        @Override
        public void wake(Thread thread) {
            LockSupport.unpark(thread);
        }

        @Override
        public void close() {}
    }
}
