package org.onion4j.testnet.loop;

import java.util.concurrent.Executor;
import org.onion4j.circuit.runtime.Scheduler;

/**
 * One thread, and what runs on it, one task after the other. All state of the relays that live on a loop belongs to that
 * thread. Tasks must not block; what a task throws is logged and ends that task alone. After the loop has been closed,
 * tasks are silently dropped.
 *
 * <p>Threading: any thread may call.
 */
public interface Loop extends Executor, Scheduler {
    /** Runs the task soon, after those given before; never within this call. */
    @Override
    void execute(Runnable task);

    /** Whether the calling thread is the loop's. */
    boolean inLoop();

    /** The time by which {@link #schedule} measures. */
    NetworkTime time();
}
