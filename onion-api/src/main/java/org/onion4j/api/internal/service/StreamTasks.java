package org.onion4j.api.internal.service;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.onion4j.api.internal.DaemonThreads;

/** Threads for what serves streams, as many as there are tasks; who gives the tasks bounds them. Any thread may call. */
final class StreamTasks {
    private static final int IDLE_SECONDS = 10;

    private final DaemonThreads threads;
    private final ThreadPoolExecutor executor;

    StreamTasks(String name) {
        threads = new DaemonThreads(name);
        executor = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
    }

    /** Runs a task. Returns false if there is no thread to be had for it. */
    boolean start(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) { // the latter if the system has no thread left
            return false;
        }
    }

    /** Takes no more tasks, and waits for those that run, unless the caller is one of them. Returns false if some go on. */
    boolean close(Duration limit) {
        executor.shutdown();
        if (threads.isCaller()) {
            return false;
        }
        // The pool knows of threads that it is just about to start, too.
        return Uninterruptibles.awaitTerminationUninterruptibly(executor, limit.toNanos(), TimeUnit.NANOSECONDS)
                && threads.join(limit);
    }
}
