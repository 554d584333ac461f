package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineThreadsTest {
    private volatile boolean exhausted;
    private final EngineThreads threads = new EngineThreads("test", this::start);
    private final Queue<Runnable> scheduled = new ConcurrentLinkedQueue<>();
    private final ThreadPoolExecutor workers = (ThreadPoolExecutor) threads.newWorkers((task, delay) -> {
        scheduled.add(task);
        return () -> scheduled.remove(task);
    });

    private void start(Runnable thread) {
        if (exhausted) {
            throw new OutOfMemoryError("a fault of the test's: no thread is left");
        }
        thread.run();
    }

    @AfterEach
    void end() {
        workers.shutdownNow();
    }

    private void awaitAnIdleWorker() {
        EngineThreads.HandingQueue queue = (EngineThreads.HandingQueue) workers.getQueue();
        while (!queue.hasWaitingConsumer()) {
            Thread.onSpinWait();
        }
    }

    /** On some JDKs {@code put} is the same as {@code offer}, which takes nothing where no thread waits. */
    @Test
    void queue_keepsWhatItDoesNotTake() {
        EngineThreads.HandingQueue queue = new EngineThreads.HandingQueue();
        Runnable task = () -> {};
        assertThat(queue.offer(task)).isFalse();
        assertThat(queue).isEmpty();
        queue.hold(task);
        assertThat(queue).containsExactly(task);
    }

    @Test
    void tasksOneAfterAnother_haveOneThread() throws Exception {
        Set<Thread> seen = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            seen.add(workers.submit(Thread::currentThread).get());
            awaitAnIdleWorker();
        }
        assertThat(seen).hasSize(1);
    }

    @Test
    void tasksThatWait_haveUpToEightThreadsAndTheOthersComeLater() throws Exception {
        CountDownLatch started = new CountDownLatch(8);
        CountDownLatch over = new CountDownLatch(1);
        List<Future<Thread>> all = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            all.add(workers.submit(() -> {
                started.countDown();
                over.await();
                return Thread.currentThread();
            }));
        }
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(workers.getPoolSize()).isEqualTo(8);
        over.countDown();

        Set<Thread> seen = new HashSet<>();
        for (Future<Thread> one : all) {
            seen.add(one.get());
        }
        assertThat(seen).hasSize(8);
    }

    @Test
    void afterTheEnd_workIsRefused() {
        workers.shutdownNow();
        assertThatThrownBy(() -> workers.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void noThreadLeft_workWaitsForThoseThatThereAre() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Future<Thread> first = workers.submit(() -> {
            over.await();
            return Thread.currentThread();
        });
        exhausted = true;
        Future<Thread> second = workers.submit(Thread::currentThread);
        over.countDown();
        assertThat(second.get()).isSameAs(first.get());
    }

    @Test
    void noThreadAtAll_workIsDoneOnceThereIsOneAgain() throws Exception {
        exhausted = true;
        Future<Integer> one = workers.submit(() -> 1);
        Future<Integer> two = workers.submit(() -> 2);
        scheduled.remove().run();
        assertThat(one.isDone()).isFalse();
        exhausted = false;
        while (!scheduled.isEmpty()) {
            scheduled.remove().run();
        }
        assertThat(one.get()).isEqualTo(1);
        assertThat(two.get()).isEqualTo(2);
    }
}
