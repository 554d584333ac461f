package org.onion4j.testnet.loop;

import java.time.Duration;
import java.util.ArrayDeque;

/** A loop without a thread: its tasks run within {@link #runAll}, which throws what they throw. Timers never come. */
public final class StepLoop implements Loop {
    private final NetworkTime time;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    public StepLoop(NetworkTime time) {
        this.time = time;
    }

    /** Runs all tasks, and those that they add. */
    public void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        return () -> {};
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public NetworkTime time() {
        return time;
    }
}
