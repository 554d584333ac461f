package org.onion4j.circuit.runtime;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;

/**
 * Runs short tasks later, one at a time, on a thread of its own: a task must not block. Work that blocks is handed to
 * an executor by the task. Any thread may call. After its owner has shut it down, tasks are silently dropped.
 */
public interface Scheduler {
    /** Runs the task once after a delay (at once if it is zero or negative); what it returns takes it back. */
    @CanIgnoreReturnValue
    Cancellable schedule(Runnable task, Duration delay);

    /** A task that has not run yet. */
    interface Cancellable {
        /** Takes the task back; no effect if it has begun to run. */
        void cancel();
    }
}
