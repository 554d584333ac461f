package org.onion4j.testnet.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.runtime.Scheduler.Cancellable;
import org.onion4j.testnet.loop.NetworkTime;

class ClientSchedulerTest {
    private static final long LIMIT_SECONDS = 20;

    private final NetworkTime time = NetworkTime.manual(Instant.parse("2026-01-01T00:00:00Z"));
    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    private final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();

    private ClientScheduler scheduler() {
        return new ClientScheduler(time, task -> {
            Thread thread = new Thread(task, "scheduler");
            thread.setDaemon(true);
            threads.add(thread);
            return thread;
        });
    }

    private String next() throws InterruptedException {
        return ran.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void tasks_runInTheOrderOfTheirTimesWhenTheTimeIsMoved() throws Exception {
        try (ClientScheduler scheduler = scheduler()) {
            scheduler.schedule(() -> ran.add("second"), Duration.ofHours(2));
            scheduler.schedule(() -> ran.add("first"), Duration.ofHours(1));
            scheduler.schedule(() -> ran.add("third"), Duration.ofHours(2));
            assertThat(scheduler.isIdle()).isTrue();
            assertThat(time.nextDeadlineNanos()).hasValue(Duration.ofHours(1).toNanos());

            time.advance(Duration.ofHours(3));

            assertThat(List.of(next(), next(), next())).containsExactly("first", "second", "third");
        }
    }

    @Test
    void dueTask_makesItBusyUntilItHasRun() throws Exception {
        try (ClientScheduler scheduler = scheduler()) {
            CountDownLatch goOn = new CountDownLatch(1);
            scheduler.schedule(
                    () -> {
                        ran.add("begun");
                        awaitQuietly(goOn);
                    },
                    Duration.ZERO);
            assertThat(next()).isEqualTo("begun");
            assertThat(scheduler.isIdle()).isFalse();
            scheduler.schedule(() -> ran.add("done"), Duration.ZERO);

            goOn.countDown();

            assertThat(next()).isEqualTo("done");
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void cancelledTask_doesNotRun() throws Exception {
        try (ClientScheduler scheduler = scheduler()) {
            Cancellable unwanted = scheduler.schedule(() -> ran.add("unwanted"), Duration.ofMinutes(1));
            scheduler.schedule(() -> ran.add("wanted"), Duration.ofMinutes(2));
            unwanted.cancel();

            time.advance(Duration.ofHours(1));

            assertThat(next()).isEqualTo("wanted");
            assertThat(ran).isEmpty();
        }
    }

    @Test
    void failingTask_stopsNoOther() throws Exception {
        try (ClientScheduler scheduler = scheduler()) {
            scheduler.schedule(
                    () -> {
                        throw new IllegalStateException("test");
                    },
                    Duration.ZERO);
            scheduler.schedule(() -> ran.add("after"), Duration.ZERO);

            assertThat(next()).isEqualTo("after");
        }
    }

    @Test
    void closed_takesNothingAndEndsItsThread() throws Exception {
        ClientScheduler scheduler = scheduler();
        scheduler.schedule(() -> ran.add("never"), Duration.ofMinutes(1));
        scheduler.close();
        scheduler.schedule(() -> ran.add("never"), Duration.ZERO);

        threads.take().join(TimeUnit.SECONDS.toMillis(LIMIT_SECONDS));

        time.advance(Duration.ofHours(1));
        assertThat(ran).isEmpty();
        assertThat(time.isQuiet()).isTrue();
    }
}
