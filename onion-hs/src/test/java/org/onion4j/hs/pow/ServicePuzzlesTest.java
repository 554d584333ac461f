package org.onion4j.hs.pow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.pow.ProofOfWork;
import org.onion4j.crypto.random.RandomnessException;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.hs.descriptor.PowParameters;
import org.onion4j.hs.pow.ServicePuzzles.Verdict;

class ServicePuzzlesTest {
    private static final Bytes KEY = Bytes.copyOf(new byte[32]);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong ticks = new AtomicLong();
    private final Ticker ticker = new Ticker() {
        @Override
        public long read() {
            return ticks.get();
        }
    };
    private final ServicePuzzles puzzles =
            new ServicePuzzles(new SeededRandom(1), new TimeSource(Clock.fixed(START, ZoneOffset.UTC), ticker));

    private static PowExtension answer(PowParameters parameters, long effort, int firstNonce) {
        byte[] nonce = new byte[16];
        nonce[8] = (byte) firstNonce;
        var solved = ProofOfWork.solve(
                        new ProofOfWork.Puzzle(parameters.seed(), KEY, effort), Bytes.copyOf(nonce), () -> false)
                .get();
        return new PowExtension(solved.nonce(), effort, parameters.seed().slice(0, 4), solved.solution());
    }

    @Test
    void t49_check_goodAnswer_isGoodOnce() {
        PowExtension answer = answer(puzzles.parameters(0), 2, 0);
        assertThat(puzzles.check(answer, KEY)).isEqualTo(Verdict.GOOD);
        assertThat(puzzles.check(answer, KEY)).isEqualTo(Verdict.REPLAYED);
    }

    @Test
    void check_falseAnswers_areRefused() {
        PowExtension answer = answer(puzzles.parameters(0), 1, 0);
        assertThat(puzzles.check(
                        new PowExtension(answer.nonce(), 0xffffffffL, answer.seedHead(), answer.solution()), KEY))
                .isEqualTo(Verdict.FALSE);
        assertThat(puzzles.check(answer, otherKey())).isEqualTo(Verdict.FALSE);
        assertThat(puzzles.check(
                        new PowExtension(answer.nonce(), 1, Bytes.copyOf(new byte[4]), answer.solution()), KEY))
                .isEqualTo(Verdict.UNKNOWN_SEED);
        assertThat(puzzles.check(answer, KEY)).isEqualTo(Verdict.GOOD); // none of these used it up
    }

    /** T90: a renewal that fails for want of randomness is made up for, however far it came. */
    @Test
    void t90_renewalWithoutRandomness_isTriedAgain() {
        for (int good = 0; good < 2; good++) {
            AtomicLong left = new AtomicLong(Long.MAX_VALUE);
            SeededRandom seeded = new SeededRandom(1);
            ServicePuzzles unlucky = new ServicePuzzles(
                    into -> {
                        if (left.getAndDecrement() <= 0) {
                            throw new RandomnessException("no randomness");
                        }
                        seeded.nextBytes(into);
                    },
                    new TimeSource(Clock.fixed(START, ZoneOffset.UTC), ticker));
            Bytes former = unlucky.parameters(0).seed();
            ticks.addAndGet(Duration.ofHours(2).toNanos());
            left.set(good);
            assertThatThrownBy(() -> unlucky.parameters(0)).isInstanceOf(RandomnessException.class);
            left.set(Long.MAX_VALUE);
            assertThat(unlucky.renewalIn()).isNegative();
            assertThat(unlucky.parameters(0).seed()).isNotEqualTo(former);
            assertThat(unlucky.renewalIn()).isPositive();
        }
    }

    @Test
    void check_effortOfZero_isWorthNothing() {
        assertThat(puzzles.check(answer(puzzles.parameters(0), 0, 0), KEY)).isEqualTo(Verdict.WORTHLESS);
    }

    @Test
    void t53_manyCheapAnswers_areForgotten_andWhoWorksMoreIsHeardStill() {
        ServicePuzzles few =
                new ServicePuzzles(new SeededRandom(1), new TimeSource(Clock.fixed(START, ZoneOffset.UTC), ticker), 8);
        PowParameters before = few.parameters(0);
        PowExtension dear = answer(before, 4, 100);
        assertThat(few.check(dear, KEY)).isEqualTo(Verdict.GOOD);
        for (int i = 0; i < 7; i++) {
            assertThat(few.check(answer(before, 1, i), KEY)).isEqualTo(Verdict.GOOD);
        }
        for (int i = 0; i < 9; i++) {
            assertThat(few.check(answer(before, 1, i), KEY)).isEqualTo(Verdict.WORTHLESS);
        }
        assertThat(few.check(dear, KEY)).isEqualTo(Verdict.REPLAYED);
        assertThat(few.check(answer(before, 2, 101), KEY)).isEqualTo(Verdict.GOOD);
        assertThat(few.parameters(0)).isEqualTo(before);
    }

    private static Bytes otherKey() {
        byte[] key = new byte[32];
        key[0] = 1;
        return Bytes.copyOf(key);
    }

    @Test
    void parameters_seedIsRenewedInTimeAndTheFormerOneServesOnce() {
        PowParameters first = puzzles.parameters(7);
        assertThat(first.suggestedEffort()).isEqualTo(7);
        assertThat(first.expires()).isBetween(START.plusSeconds(6300), START.plusSeconds(7200));
        ticks.addAndGet(Duration.ofSeconds(6299).toNanos());
        assertThat(puzzles.parameters(7).seed()).isEqualTo(first.seed());
        PowExtension late = answer(first, 1, 0);
        PowExtension later = answer(first, 1, 1);
        ticks.addAndGet(Duration.ofSeconds(901).toNanos());
        PowParameters second = puzzles.parameters(7);
        assertThat(second.seed()).isNotEqualTo(first.seed());
        assertThat(puzzles.check(late, KEY)).isEqualTo(Verdict.GOOD);
        ticks.addAndGet(Duration.ofHours(2).toNanos());
        assertThat(puzzles.parameters(7).seed()).isNotEqualTo(second.seed());
        assertThat(puzzles.check(later, KEY)).isEqualTo(Verdict.UNKNOWN_SEED);
    }
}
