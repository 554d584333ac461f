package org.onion4j.hs.pow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.pow.ProofOfWork;
import org.onion4j.crypto.testing.BreakableRandom;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.hs.descriptor.PowParameters;
import org.slf4j.LoggerFactory;

class ClientWorkTest {
    private static final Bytes KEY = Bytes.copyOf(new byte[32]);

    private static PowParameters parameters(long effort) {
        return new PowParameters(Bytes.copyOf(new byte[32]), effort, Instant.EPOCH);
    }

    @Test
    void effort_failures_growsToTheMost() {
        assertThat(ClientWork.effort(0, 0)).isZero();
        assertThat(ClientWork.effort(0, 1)).isEqualTo(8);
        assertThat(ClientWork.effort(3, 1)).isEqualTo(8);
        assertThat(ClientWork.effort(100, 2)).isEqualTo(400);
        assertThat(ClientWork.effort(1000, 1)).isEqualTo(1500);
        assertThat(ClientWork.effort(9999, 3)).isEqualTo(10_000);
    }

    /** T46: who asks for the most gets no more than what we would do for anybody. */
    @Test
    void t46_effort_asksForTheMost_isCapped() {
        assertThat(ClientWork.effort(0xffffffffL, 0)).isEqualTo(ClientWork.MAX_EFFORT);
        assertThat(ClientWork.effort(0xffffffffL, Integer.MAX_VALUE)).isEqualTo(ClientWork.MAX_EFFORT);
    }

    @Test
    void solve_smallEffort_serviceTakesIt() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            PowExtension proof = new ClientWork(new SeededRandom(1), executor, bugs())
                    .solve(parameters(4), KEY, 4)
                    .get(60, TimeUnit.SECONDS);
            assertThat(proof.effort()).isEqualTo(4);
            assertThat(ProofOfWork.verify(
                            new ProofOfWork.Puzzle(Bytes.copyOf(new byte[32]), KEY, 4),
                            new ProofOfWork.Solution(proof.nonce(), proof.solution())))
                    .isTrue();
        } finally {
            executor.shutdownNow();
        }
    }

    /** T46: work that nobody wants any more ends, also while it is being done, and the next one's turn comes. */
    @Test
    void t46_solve_cancelled_endsAndLetsTheNextOneIn() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            ClientWork work = new ClientWork(new SeededRandom(1), executor, bugs());
            CompletableFuture<PowExtension> endless = work.solve(parameters(0xffffffffL), KEY, 0xffffffffL);
            CompletableFuture<PowExtension> next = work.solve(parameters(1), KEY, 1);
            assertThat(next).isNotDone();
            endless.cancel(false);
            assertThat(next.get(60, TimeUnit.SECONDS).effort()).isEqualTo(1);
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void close_workUnderWayAndWaiting_isCancelled() throws Exception {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            ClientWork work = new ClientWork(new SeededRandom(1), executor, bugs());
            CompletableFuture<PowExtension> endless = work.solve(parameters(0xffffffffL), KEY, 0xffffffffL);
            CompletableFuture<PowExtension> waiting = work.solve(parameters(0xffffffffL), KEY, 0xffffffffL);
            work.close();
            for (CompletableFuture<PowExtension> each : ImmutableList.of(endless, waiting)) {
                assertThatThrownBy(() -> each.get(60, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void solve_randomSourceFails_futureFails() {
        Queue<Runnable> tasks = new ArrayDeque<>();
        BreakableRandom random = new BreakableRandom();
        random.fail();
        CompletableFuture<PowExtension> result =
                new ClientWork(random, tasks::add, bugs()).solve(parameters(1), KEY, 1);
        tasks.remove().run();
        assertThat(result).isCompletedExceptionally();
    }

    private static SparingLog bugs() {
        return new SparingLog(LoggerFactory.getLogger(ClientWorkTest.class), Ticker.systemTicker());
    }
}
