package org.onion4j.hs.pow;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.pow.ProofOfWork;
import org.onion4j.crypto.pow.ProofOfWork.Puzzle;
import org.onion4j.crypto.pow.ProofOfWork.Solution;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.hs.descriptor.PowParameters;

/**
 * The puzzles that one service sets: a seed that is renewed every two hours or so, the one before it, and which answers
 * have been used. No answer counts twice (T49). Where very many have been given, the cheaper half of them is forgotten, and
 * answers as cheap as those count as none from then on: so what is remembered stays small, and who works hard isn't set
 * back by a flood of those who hardly do.
 *
 * <p>Threading: any thread; guarded by one lock, under which no puzzle is looked at. Spec: proposal 327, "Service behavior".
 */
public final class ServicePuzzles {
    private static final Duration MIN_SEED_LIFE = Duration.ofMinutes(105);
    private static final int SEED_LIFE_SPREAD_SECONDS = 900;
    /** Answers that are remembered for a seed; some 100 bytes each. */
    private static final int MAX_ANSWERS = 1 << 16;

    /** What an answer is worth. */
    public enum Verdict {
        GOOD,
        /** It is worth no more than none: it has cost nothing, or so little that it isn't remembered any more. */
        WORTHLESS,
        /** It is for a seed that we don't know, or no more. */
        UNKNOWN_SEED,
        /** It has come before. */
        REPLAYED,
        /** It is false, or less work than it says. */
        FALSE
    }

    /** A seed, and the nonces that have come with it. */
    private static final class Seed {
        private final Bytes value;
        private final Map<Bytes, Long> used = new HashMap<>(); // with the effort that they stand for
        private long worthless; // the highest effort that isn't remembered

        Seed(Bytes value) {
            this.value = value;
        }

        Bytes head() {
            return value.slice(0, PowExtension.SEED_HEAD_LEN);
        }

        /** Returns false if it has come before. */
        boolean use(PowExtension answer, int maxAnswers) {
            if (used.putIfAbsent(answer.nonce(), answer.effort()) != null) {
                return false;
            }
            if (used.size() >= maxAnswers) {
                long[] efforts = used.values().stream()
                        .mapToLong(effort -> effort)
                        .sorted()
                        .toArray();
                worthless = Math.max(worthless, efforts[efforts.length / 2]);
                used.values().removeIf(effort -> effort <= worthless);
            }
            return true;
        }
    }

    private final RandomSource random;
    private final TimeSource time;
    private final int maxAnswers;
    private final ReentrantLock lock = new ReentrantLock();

    // What follows is guarded by the lock.
    private Seed current;
    private Optional<Seed> previous = Optional.empty();
    private Moment since;
    private Duration life;
    private Instant expires;

    public ServicePuzzles(RandomSource random, TimeSource time) {
        this(random, time, MAX_ANSWERS);
    }

    /** @param maxAnswers how many are remembered for a seed */
    ServicePuzzles(RandomSource random, TimeSource time, int maxAnswers) {
        this.random = random;
        this.time = time;
        this.maxAnswers = maxAnswers;
        this.current = new Seed(Bytes.copyOf(random.bytes(ProofOfWork.SEED_LEN)));
        begin(time.now());
    }

    /** What the descriptor says. The seed is renewed first if that is due. */
    public PowParameters parameters(long suggestedEffort) {
        lock.lock();
        try {
            Moment now = time.now();
            if (since.isOlderThan(life, now)) {
                renew(now);
            }
            return new PowParameters(current.value, suggestedEffort, expires);
        } finally {
            lock.unlock();
        }
    }

    /** In how long the seed is to be renewed; not positive if it is due. */
    public Duration renewalIn() {
        lock.lock();
        try {
            return life.minus(since.until(time.now()));
        } finally {
            lock.unlock();
        }
    }

    private void begin(Moment now) {
        life = MIN_SEED_LIFE.plusSeconds(random.nextInt(SEED_LIFE_SPREAD_SECONDS)); // before all else: this may fail
        since = now;
        expires = now.wall().plus(life).truncatedTo(ChronoUnit.SECONDS);
    }

    private void renew(Moment now) {
        Seed next;
        do {
            next = new Seed(Bytes.copyOf(random.bytes(ProofOfWork.SEED_LEN)));
        } while (next.head().equals(current.head())); // by which answers name them
        begin(now);
        previous = Optional.of(current);
        current = next;
    }

    /**
     * Looks at an answer. A good one is good once. Takes some tens of microseconds of computing where the effort is as it
     * says.
     *
     * @param blindedKey under which the client found the service, 32 bytes
     */
    public Verdict check(PowExtension answer, Bytes blindedKey) {
        Optional<Seed> seed;
        lock.lock();
        try {
            seed = seed(answer.seedHead());
            if (!seed.isPresent()) {
                return Verdict.UNKNOWN_SEED;
            }
            if (answer.effort() <= seed.get().worthless) {
                return Verdict.WORTHLESS;
            }
            if (seed.get().used.containsKey(answer.nonce())) {
                return Verdict.REPLAYED;
            }
        } finally {
            lock.unlock();
        }
        Puzzle puzzle = new Puzzle(seed.get().value, blindedKey, answer.effort());
        if (!ProofOfWork.verify(puzzle, new Solution(answer.nonce(), answer.solution()))) {
            return Verdict.FALSE;
        }
        lock.lock();
        try {
            return seed.get().use(answer, maxAnswers)
                    ? Verdict.GOOD
                    : Verdict.REPLAYED; // the latter if it came twice at once
        } finally {
            lock.unlock();
        }
    }

    private Optional<Seed> seed(Bytes head) {
        if (current.head().equals(head)) {
            return Optional.of(current);
        }
        return previous.filter(seed -> seed.head().equals(head));
    }
}
