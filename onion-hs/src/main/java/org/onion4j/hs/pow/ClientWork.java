package org.onion4j.hs.pow;

import com.google.common.util.concurrent.MoreExecutors;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.pow.ProofOfWork;
import org.onion4j.crypto.pow.ProofOfWork.Puzzle;
import org.onion4j.crypto.pow.ProofOfWork.Solution;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.hs.descriptor.PowParameters;

/**
 * A client's work for services that ask for it. One puzzle is solved at a time, whatever the number of those who wait:
 * a service can make us wait, but not more than that (T46). Any thread. Spec: proposal 327, "Client behavior".
 */
public final class ClientWork implements AutoCloseable {
    /** The most that we do for anybody. */
    public static final long MAX_EFFORT = 10_000;

    /** The least after an introduction that came to nothing. */
    private static final long MIN_EFFORT_AGAIN = 8;
    /** Below this it is doubled after each failure, above it grows by half. */
    private static final long DOUBLED_BELOW = 1_000;

    private final RandomSource random;
    private final Executor oneAtATime;
    private final SparingLog bugs;
    private volatile boolean closed;

    /** @param executor for what computes */
    public ClientWork(RandomSource random, Executor executor, SparingLog bugs) {
        this.random = random;
        this.oneAtATime = MoreExecutors.newSequentialExecutor(executor);
        this.bugs = bugs;
    }

    /**
     * How much work to do: what the service suggests, or more where introductions came to nothing before. 0 is none.
     *
     * @param failures at this introduction point
     */
    public static long effort(long suggested, int failures) {
        long effort = Math.min(suggested, MAX_EFFORT);
        for (int i = 0; i < failures && effort < MAX_EFFORT; i++) {
            effort = effort < DOUBLED_BELOW ? 2 * effort : effort + effort / 2;
            effort = Math.min(Math.max(effort, MIN_EFFORT_AGAIN), MAX_EFFORT);
        }
        return effort;
    }

    /**
     * Does the work, after what others wait for. Whoever cancels the future gives it up, within some tens of
     * milliseconds.
     *
     * @param blindedKey of the service, 32 bytes
     * @param effort at least 1
     */
    public CompletableFuture<PowExtension> solve(PowParameters parameters, Bytes blindedKey, long effort) {
        CompletableFuture<PowExtension> result = new CompletableFuture<>();
        oneAtATime.execute(() -> {
            try {
                solve(new Puzzle(parameters.seed(), blindedKey, effort), result);
            } catch (RuntimeException | Error e) { // memory may run out here
                result.completeExceptionally(e);
                bugs.error("a proof of work failed", e);
            }
        });
        return result;
    }

    private void solve(Puzzle puzzle, CompletableFuture<PowExtension> result) {
        if (result.isDone()) {
            return;
        }
        Bytes firstNonce = Bytes.copyOf(random.bytes(ProofOfWork.NONCE_LEN));
        Optional<Solution> found = ProofOfWork.solve(puzzle, firstNonce, () -> result.isDone() || closed);
        if (found.isPresent()) {
            result.complete(new PowExtension(
                    found.get().nonce(),
                    puzzle.effort(),
                    puzzle.seed().slice(0, PowExtension.SEED_HEAD_LEN),
                    found.get().solution()));
        } else {
            result.cancel(false); // the client is closed
        }
    }

    /** Gives up all that waits: cancels those futures. */
    @Override
    public void close() {
        closed = true;
    }
}
