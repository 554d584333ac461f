package org.onion4j.testnet.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final NetworkTime time = NetworkTime.manual(START);
    private final EventLoop loop = EventLoop.start("loop", time);
    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void timers_runInTheOrderOfTheirTimes_onceTheTimeHasCome() {
        loop.schedule(() -> ran.add("30"), Duration.ofSeconds(30));
        loop.schedule(() -> ran.add("10"), Duration.ofSeconds(10));
        loop.schedule(() -> ran.add("10 again"), Duration.ofSeconds(10));

        Quiet.advance(time, Duration.ofSeconds(9));
        assertThat(ran).isEmpty();
        Quiet.advance(time, Duration.ofSeconds(1));
        assertThat(ran).containsExactly("10", "10 again");
        Quiet.advance(time, Duration.ofHours(1));

        assertThat(ran).containsExactly("10", "10 again", "30");
        assertThat(time.clock().instant()).isEqualTo(START.plusSeconds(3610));
        assertThat(time.ticker().read()).isEqualTo(TimeUnit.SECONDS.toNanos(3610));
    }

    @Test
    void timerThatSetsATimer_runsAllOfThemInOneMove_atTheirOwnTimes() {
        List<Long> times = Collections.synchronizedList(new ArrayList<>());
        class Repeat implements Runnable {
            @Override
            public void run() {
                times.add(TimeUnit.NANOSECONDS.toMinutes(time.nanos()));
                loop.schedule(this, Duration.ofMinutes(10));
            }
        }
        loop.schedule(new Repeat(), Duration.ofMinutes(10));

        Quiet.advance(time, Duration.ofMinutes(35));

        assertThat(times).containsExactly(10L, 20L, 30L);
    }

    @Test
    void cancelledTimer_neverRuns() {
        loop.schedule(() -> ran.add("it"), Duration.ofSeconds(1)).cancel();

        Quiet.advance(time, Duration.ofSeconds(2));

        assertThat(ran).isEmpty();
        assertThat(loop.nextDeadlineNanos()).isEmpty();
    }

    @Test
    void taskThatThrows_endsItselfAlone() {
        loop.execute(() -> {
            throw new IllegalStateException("as the test wants it");
        });
        loop.execute(() -> ran.add("after"));

        Quiet.await(time);

        assertThat(ran).containsExactly("after");
    }

    @Test
    void execute_neverRunsWithinTheCall() throws Exception {
        CompletableFuture<Boolean> nested = new CompletableFuture<>();
        loop.execute(() -> {
            AtomicInteger count = new AtomicInteger();
            loop.execute(count::incrementAndGet);
            nested.complete(count.get() == 0 && loop.inLoop());
        });

        assertThat(nested.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(loop.inLoop()).isFalse();
    }

    @Test
    void isQuiet_whileATaskRuns_isFalse() throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        loop.execute(() -> {
            begun.complete(null);
            goOn.join();
        });
        begun.get(30, TimeUnit.SECONDS);

        assertThat(time.isQuiet()).isFalse();
        goOn.complete(null);
        Quiet.await(time);
    }

    @Test
    void realTime_movedForward_runsTimersEarly() throws Exception {
        NetworkTime real = NetworkTime.realFrom(START);
        CompletableFuture<Instant> ranAt = new CompletableFuture<>();
        try (EventLoop other = EventLoop.start("real", real)) {
            other.schedule(() -> ranAt.complete(real.now()), Duration.ofDays(1));
            real.advance(Duration.ofDays(2));

            assertThat(ranAt.get(30, TimeUnit.SECONDS)).isAfter(START.plus(Duration.ofDays(2)));
        }
        assertThat(real.nextDeadlineNanos()).isEmpty();
    }

    @Test
    void skewedClock_isOffByThat() {
        assertThat(time.clock(() -> Duration.ofHours(-3)).instant()).isEqualTo(START.minusSeconds(3 * 3600));
    }

    @Test
    void close_endsTheThread_andDropsWhatIsLeft() {
        loop.schedule(() -> ran.add("timer"), Duration.ofSeconds(1));

        loop.close();
        loop.execute(() -> ran.add("task"));
        time.advance(Duration.ofSeconds(2));

        assertThat(time.isQuiet()).isTrue();
        assertThat(ran).isEmpty();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().equals("loop"));
    }

    @Test
    void close_whileATaskNeverEnds_returnsAndLeavesTheRestToTheThread() throws Exception {
        EventLoop stuck = new EventLoop("stuck", time, new Waiting.Parked(), Duration.ofMillis(1));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean goOn = new AtomicBoolean();
        stuck.atEnd(ended::countDown);
        stuck.begin();
        stuck.execute(() -> {
            begun.countDown();
            while (!goOn.get()) {
                Thread.onSpinWait();
            }
        });
        begun.await();

        stuck.close();
        assertThat(ended.getCount()).isOne();
        goOn.set(true);

        ended.await();
    }

    @Test
    void close_onAnInterruptedThread_waitsForTheLastTasks() {
        loop.atEnd(() -> ran.add("last"));
        loop.execute(() -> ran.add("task"));
        Quiet.await(time);
        Thread.currentThread().interrupt();
        loop.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ran).containsExactly("task", "last");
    }
}
