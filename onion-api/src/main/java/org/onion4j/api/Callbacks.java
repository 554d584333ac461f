package org.onion4j.api;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.onion4j.api.internal.DaemonThreads;
import org.onion4j.api.internal.Futures;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that run the application's code, and nothing else: those that a future's dependents and listeners run on. A
 * callback that blocks holds up itself alone. A thread without work ends after some seconds.
 */
final class Callbacks implements Executor {
    private static final Logger log = LoggerFactory.getLogger(Callbacks.class);
    private static final int IDLE_SECONDS = 5;
    private static final Duration CLOSE_TIME = Duration.ofSeconds(1);
    private static final Duration TRY_AGAIN = Duration.ofMillis(100);

    /** @param ifClosed is done instead once there are no threads any more */
    private record Call(Runnable task, Runnable ifClosed) {}

    private final DaemonThreads threads = new DaemonThreads("onion4j-callback-");
    private final ThreadPoolExecutor executor;
    private final Scheduler later;
    private final Activity activity;
    private final Queue<Call> held = new ConcurrentLinkedQueue<>(); // for which no thread was to be had

    /**
     * None yet.
     *
     * @param later looks whether there is a thread again where the system had none left
     * @param activity is told of futures that are about to be done, not of what the application then does
     */
    Callbacks(Scheduler later, Activity activity) {
        this.later = later;
        this.activity = activity;
        executor = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), threads);
    }

    @Override
    public void execute(Runnable task) {
        run(new Call(task, () -> log.debug("a callback came after the client was closed")));
    }

    /** Throws nothing: readers of channels call, on which all circuits depend. */
    private void run(Call call) {
        try {
            executor.execute(() -> runLogged(call.task()));
        } catch (RejectedExecutionException e) {
            call.ifClosed().run();
        } catch (OutOfMemoryError e) { // what the JVM throws if the system has no thread left
            held.add(call);
            later.schedule(this::runHeld, TRY_AGAIN);
            if (executor.isShutdown()) {
                runHeld(); // nobody looks for it any more
            }
        }
    }

    private void runHeld() {
        Call call = held.poll();
        if (call != null) {
            run(call);
        }
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.warn("the application's callback failed", e);
        }
    }

    /**
     * The future to give to an application for one of ours: done on these threads, and cancelling it cancels ours. Once they
     * are gone, it is done on whichever thread is there: one that is never done would hang who waits for it.
     *
     * @param discard gets a value that nobody wants any more
     */
    <T> CompletableFuture<T> publish(CompletableFuture<T> ours, Consumer<T> discard) {
        CompletableFuture<T> theirs = new CompletableFuture<>();
        if (ours.isCompletedExceptionally()) { // nothing depends on it yet
            Futures.whenDone(ours, (value, failure) -> theirs.completeExceptionally(failure));
            return theirs;
        }
        Futures.whenDone(ours, (value, failure) -> {
            Activity.Span work = activity.begin(theirs::isDone);
            Runnable pass = () -> {
                try {
                    if (failure != null) {
                        theirs.completeExceptionally(failure);
                    } else if (!theirs.complete(value)) {
                        discard.accept(value);
                    }
                } finally {
                    work.close();
                }
            };
            run(new Call(pass, pass));
        });
        Futures.whenDone(theirs, (value, failure) -> ours.cancel(false)); // no effect if it is done
        return theirs;
    }

    /** Lets the callbacks that are there run, waiting for them for a moment unless this is one of them. */
    void close() {
        executor.shutdown();
        for (Call call = held.poll(); call != null; call = held.poll()) {
            call.ifClosed().run();
        }
        if (threads.isCaller()) {
            return;
        }
        // The pool knows of threads that it is just about to start, too.
        boolean ended =
                Uninterruptibles.awaitTerminationUninterruptibly(executor, CLOSE_TIME.toNanos(), TimeUnit.NANOSECONDS);
        if (!ended || !threads.join(CLOSE_TIME)) {
            log.debug("the application's callbacks go on after the client was closed");
        }
    }
}
