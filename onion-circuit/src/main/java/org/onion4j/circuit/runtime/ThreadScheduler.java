package org.onion4j.circuit.runtime;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.onion4j.circuit.log.SparingLog;
import org.slf4j.LoggerFactory;

/** The scheduler of a running client: one thread, started at the first task and ended by {@link #close}. */
public final class ThreadScheduler implements OwnedScheduler {
    private final SparingLog bugs =
            new SparingLog(LoggerFactory.getLogger(ThreadScheduler.class), Ticker.systemTicker());
    private final ScheduledThreadPoolExecutor executor;

    public ThreadScheduler(ThreadFactory threads) {
        executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        try {
            ScheduledFuture<?> future =
                    executor.schedule(() -> runLogged(task), Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> {}; // shut down: nobody waits for the task any more
        }
    }

    private void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            bugs.error("a scheduled task failed", e); // a bug of ours, or no memory; the other tasks must still run
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
