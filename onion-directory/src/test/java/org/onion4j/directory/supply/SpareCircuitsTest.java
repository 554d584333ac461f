package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.VirtualTime;

class SpareCircuitsTest {
    private static final Duration LEAST_KEPT = Duration.ofMinutes(30);
    private static final Duration MOST_KEPT = Duration.ofMinutes(60);

    /** A circuit that does what the test says. */
    private static final class Fake implements SpareCircuits.Spare {
        private final CompletableFuture<Void> closed = new CompletableFuture<>();

        @Override
        public boolean isUsable() {
            return !closed.isDone();
        }

        @Override
        public CompletableFuture<?> closed() {
            return closed;
        }

        @Override
        public void close() {
            closed.complete(null);
        }
    }

    private final VirtualTime time = new VirtualTime(Instant.parse("2024-05-17T17:30:00Z"));
    private final List<CompletableFuture<Fake>> begun = new ArrayList<>();
    private final List<Fake> built = new ArrayList<>();
    private Consumer<CompletableFuture<Fake>> builder = this::build;
    private final SpareCircuits<Fake> spares = new SpareCircuits<>(
            result -> {
                begun.add(result);
                builder.accept(result);
            },
            new SeededRandom(5),
            time.ticker(),
            time);

    private void build(CompletableFuture<Fake> result) {
        Fake circuit = new Fake();
        built.add(circuit);
        result.complete(circuit);
    }

    private Optional<Fake> take() {
        return spares.take(circuit -> true);
    }

    private List<Fake> open() {
        return built.stream().filter(Fake::isUsable).toList();
    }

    /** Lets all be built. */
    private void fill() {
        assertThat(take()).isEmpty();
        time.advance(SpareCircuits.PAUSE.multipliedBy(SpareCircuits.COUNT));
        assertThat(open()).hasSize(SpareCircuits.COUNT);
    }

    @Test
    void neverNeeded_noneIsBuilt_andNoTimerIsSet() {
        spares.drop();
        spares.dropIf(circuit -> true);
        time.advance(Duration.ofDays(2));
        assertThat(begun).isEmpty();
        assertThat(time.timers()).isZero();
    }

    @Test
    void needed_areBuiltOneAfterTheOther_andNoMore() {
        assertThat(take()).isEmpty();
        for (int i = 0; i < SpareCircuits.COUNT; i++) {
            assertThat(begun).hasSize(i);
            time.advance(SpareCircuits.PAUSE);
        }
        time.advance(Duration.ofMinutes(1));
        assertThat(begun).hasSize(SpareCircuits.COUNT);
        assertThat(time.timers()).isEqualTo(1);
    }

    @Test
    void builtSlowly_oneIsUnderWayAtATime() {
        builder = result -> {};
        for (int i = 0; i < 100; i++) {
            take();
            time.advance(SpareCircuits.PAUSE);
        }
        assertThat(begun).hasSize(1);
    }

    /** T69: who gets one is the only one who does. */
    @Test
    void t69_taken_isGivenOnce_andReplaced() {
        fill();
        Set<Fake> taken = new HashSet<>();
        for (int i = 0; i < SpareCircuits.COUNT; i++) {
            assertThat(taken.add(take().orElseThrow())).isTrue();
        }
        assertThat(take()).isEmpty();
        assertThat(taken).containsExactlyInAnyOrderElementsOf(built);

        time.advance(Duration.ofMinutes(1));
        assertThat(begun).hasSize(2 * SpareCircuits.COUNT);
        assertThat(taken).doesNotContain(take().orElseThrow());
        spares.close();
        assertThat(taken).as("they are the takers' own").allMatch(Fake::isUsable);
    }

    @Test
    void take_noneFits_isEmpty_andAllAreKept() {
        fill();
        assertThat(spares.take(circuit -> false)).isEmpty();
        time.advance(Duration.ofMinutes(1));
        assertThat(begun).hasSize(SpareCircuits.COUNT);
        assertThat(spares.take(circuit -> circuit == built.get(1))).contains(built.get(1));
    }

    @Test
    void notNeededForAnHour_allAreClosed_andNothingIsLeft() {
        fill();
        Fake last = take().orElseThrow();
        time.advance(MOST_KEPT);
        assertThat(open()).containsExactly(last);
        assertThat(time.timers()).isZero();
        int before = begun.size();

        time.advance(Duration.ofDays(1));
        assertThat(begun).hasSize(before);
    }

    @Test
    void neededAgainAndAgain_eachGoesWithinAnHour_andIsReplaced() {
        fill();
        List<Fake> first = List.copyOf(built);
        for (int minute = 0; minute < MOST_KEPT.toMinutes(); minute++) {
            spares.take(circuit -> false);
            if (minute < LEAST_KEPT.toMinutes()) {
                assertThat(first).as("after %s min", minute).allMatch(Fake::isUsable);
            }
            time.advance(Duration.ofMinutes(1));
        }
        assertThat(first).noneMatch(Fake::isUsable);
        assertThat(open()).hasSize(SpareCircuits.COUNT);
        assertThat(begun.size()).isLessThanOrEqualTo(2 * SpareCircuits.COUNT);
    }

    @Test
    void lifetimes_areThoseOfTheNetwork() {
        spares.update((name, normal, min, max) -> name.equals("nf_conntimeout_clients") ? 60 : normal);
        fill();
        time.advance(Duration.ofMinutes(2));
        assertThat(open()).isEmpty();
    }

    /** However often one is needed, one that can't be built is tried once a minute, and not after the need is over. */
    @Test
    void cannotBeBuilt_isTriedOnceAMinute_forAnHour() {
        builder = result -> result.completeExceptionally(new IllegalStateException("test"));
        for (int second = 0; second < 600; second++) {
            take();
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(begun).hasSizeBetween(9, 11);

        time.advance(MOST_KEPT);
        int before = begun.size();
        assertThat(before).isLessThanOrEqualTo(11 + 60);
        time.advance(Duration.ofDays(1));
        assertThat(begun).hasSize(before);
        assertThat(time.timers()).isZero();
    }

    @Test
    void cannotBeBegun_isTriedOnceAMinute_too() {
        builder = result -> {
            throw new IllegalStateException("test");
        };
        take();
        time.advance(SpareCircuits.PAUSE);
        assertThat(begun).hasSize(1);
        assertThat(begun.get(0)).isCompletedExceptionally();
        time.advance(SpareCircuits.PAUSE_AFTER_FAILURE.minusMillis(1));
        assertThat(begun).hasSize(1);
        builder = this::build;
        time.advance(Duration.ofMinutes(1));
        assertThat(open()).hasSize(SpareCircuits.COUNT);
    }

    @Test
    void endsByItself_isReplacedAfterAMinute_whoeverNeedsSome() {
        fill();
        built.get(0).close();
        for (int second = 0; second < 59; second++) {
            spares.take(circuit -> false);
            time.advance(Duration.ofSeconds(1));
        }
        assertThat(begun).hasSize(SpareCircuits.COUNT);
        time.advance(Duration.ofSeconds(2));
        assertThat(open()).hasSize(SpareCircuits.COUNT);
    }

    @Test
    void isNotUsableAnyMore_isNotGiven() {
        fill();
        built.forEach(Fake::close);
        assertThat(take()).isEmpty();
    }

    @Test
    void drop_closesAll_andReplacesThem() {
        fill();
        List<Fake> first = List.copyOf(built);
        spares.drop();
        assertThat(first).noneMatch(Fake::isUsable);
        assertThat(take()).isEmpty();

        time.advance(SpareCircuits.PAUSE.multipliedBy(SpareCircuits.COUNT));
        assertThat(open()).hasSize(SpareCircuits.COUNT).doesNotContainAnyElementsOf(first);
    }

    /** What was begun before isn't used either, also where it can't be stopped any more. */
    @Test
    void drop_givesUpWhatIsBeingBuilt() {
        builder = result -> {};
        take();
        time.advance(SpareCircuits.PAUSE);
        spares.drop();
        assertThat(begun.get(0)).isCancelled();

        builder = this::build;
        time.advance(SpareCircuits.PAUSE);
        assertThat(begun).as("giving it up is no failure").hasSize(2);
    }

    @Test
    void drop_whileOneIsBegun_thatOneIsClosed() {
        builder = result -> {
            spares.drop();
            Fake circuit = new Fake();
            if (!result.complete(circuit)) {
                circuit.close();
            }
            built.add(circuit);
        };
        take();
        time.advance(SpareCircuits.PAUSE);
        assertThat(built).hasSize(1).noneMatch(Fake::isUsable);
        assertThat(take()).isEmpty();
    }

    @Test
    void drop_afterFailure_triesAtOnce() {
        builder = result -> result.completeExceptionally(new IllegalStateException("test"));
        take();
        time.advance(SpareCircuits.PAUSE);
        builder = this::build;
        spares.drop();
        time.advance(SpareCircuits.PAUSE);
        assertThat(open()).hasSize(1);
    }

    @Test
    void dropIf_closesThose_andReplacesThem() {
        fill();
        spares.dropIf(circuit -> circuit == built.get(1));
        assertThat(open()).containsExactly(built.get(0), built.get(2));
        time.advance(SpareCircuits.PAUSE);
        assertThat(open()).hasSize(SpareCircuits.COUNT);
    }

    @Test
    void close_closesAll_andBuildsNoMore() {
        fill();
        take();
        builder = result -> {};
        time.advance(SpareCircuits.PAUSE);
        spares.close();
        assertThat(open()).hasSize(1); // the one that was taken
        assertThat(begun.get(SpareCircuits.COUNT)).isCancelled();
        assertThat(time.timers()).isZero();

        assertThat(take()).isEmpty();
        spares.drop();
        time.advance(Duration.ofHours(2));
        assertThat(begun).hasSize(SpareCircuits.COUNT + 1);
    }

    @Test
    void errorInBuilder_reachesWhoWaits_andIsNoEnd() {
        builder = result -> {
            throw new OutOfMemoryError("test");
        };
        take();
        time.advance(SpareCircuits.PAUSE);
        assertThatThrownBy(() -> begun.get(0).get()).hasCauseInstanceOf(OutOfMemoryError.class);
        builder = this::build;
        time.advance(Duration.ofMinutes(2));
        assertThat(open()).hasSize(SpareCircuits.COUNT);
    }
}
