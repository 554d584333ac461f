package org.onion4j.circuit.runtime;

import java.util.concurrent.ThreadFactory;

/** Makes the scheduler of one client. Any thread may call. */
public interface SchedulerSource {
    /**
     * A scheduler that its owner closes.
     *
     * @param threads makes the threads that it needs
     */
    OwnedScheduler create(ThreadFactory threads);
}
