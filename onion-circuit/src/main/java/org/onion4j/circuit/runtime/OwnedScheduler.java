package org.onion4j.circuit.runtime;

/** A scheduler and the right to end it. */
public interface OwnedScheduler extends Scheduler, AutoCloseable {
    /** Drops the tasks that have not begun and ends the thread. Again: no effect. */
    @Override
    void close();
}
