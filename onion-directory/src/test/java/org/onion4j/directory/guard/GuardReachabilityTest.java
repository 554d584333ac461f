package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.guard.GuardUse.State;
import org.onion4j.directory.path.NoPathException;

/** What guards do when some of them, or all, don't answer. */
class GuardReachabilityTest {
    private final GuardWorld world = new GuardWorld(1).start();

    @Test
    void failed_firstGuard_theNextPrimaryOneIsUsedUntilTheFirstIsRetried() {
        String first = world.fail();
        String second = world.useOnce();
        assertThat(second).isNotEqualTo(first);
        world.time.advance(Duration.ofMinutes(9));
        assertThat(world.useOnce()).isEqualTo(second);
        world.time.advance(Duration.ofMinutes(2));
        assertThat(world.useOnce()).isEqualTo(first);
    }

    @Test
    void failed_forHours_isRetriedLessOften() {
        String first = world.fail();
        for (int i = 0; i < 40; i++) {
            world.time.advance(Duration.ofMinutes(10));
            GuardUse use = world.choose();
            if (use.relay().nickname().equals(first)) {
                use.failed(GuardFailure.UNREACHABLE);
            } else {
                use.succeeded();
            }
        }
        world.time.advance(Duration.ofMinutes(11));
        assertThat(world.useOnce()).isNotEqualTo(first);
        world.time.advance(Duration.ofMinutes(80));
        assertThat(world.choose().relay().nickname()).isEqualTo(first);
    }

    @Test
    void failed_clockSetBackMeanwhile_isRetriedAfterTheTimeThatPassed() { // T79
        String first = world.fail();
        world.time.stepWall(Duration.ofHours(-2));
        world.time.advance(Duration.ofMinutes(11));
        assertThat(world.choose().relay().nickname()).isEqualTo(first);
    }

    @Test
    void failed_deviceSleepsMeanwhile_isRetriedAtOnce() { // T79: the monotonic clock stood still
        String first = world.fail();
        world.time.stepWall(Duration.ofHours(8));
        assertThat(world.choose().relay().nickname()).isEqualTo(first);
    }

    @Test
    void failed_noNetwork_isNotHeldAgainstTheGuard() {
        GuardUse use = world.choose();
        use.failed(GuardFailure.NO_NETWORK);
        assertThat(world.choose().relay()).isSameAs(use.relay());
        assertThat(world.manager.status().primaryDown()).isZero();
    }

    @Test
    void failed_allPrimary_anotherGuardIsTriedAfterAWhileAndItsCircuitWaits() {
        GuardUse use = explore();
        assertThat(use.succeeded()).isEqualTo(State.WAITING_FOR_BETTER_GUARD);
        // something works, so the primary guards are tried once more
        assertThat(world.manager.status().primaryDown()).isZero();
        assertThat(world.manager.status().confirmed()).isZero();
        assertThat(world.choose().state()).isEqualTo(State.USABLE_ON_COMPLETION);
    }

    @Test
    void failed_primaryGuardsFailWhileAnotherWorks_itsCircuitsAreUsedInTheEnd() {
        GuardUse first = explore();
        List<String> told = new ArrayList<>();
        first.onUsable(() -> told.add("usable"));
        first.succeeded();
        for (int i = 0; i < 2; i++) {
            failPrimary();
            assertThat(first.state()).isEqualTo(State.WAITING_FOR_BETTER_GUARD);
            GuardUse other = world.choose();
            assertThat(other.relay()).isSameAs(first.relay());
            other.succeeded();
        }
        world.time.advance(Duration.ofSeconds(30));
        world.manager.refresh();
        assertThat(first.state()).isEqualTo(State.COMPLETE);
        assertThat(told).containsExactly("usable");
        assertThat(world.manager.status().confirmed()).isEqualTo(1);
        // from now on it is used at once, as the best that is left
        GuardUse next = world.choose();
        assertThat(next.relay()).isSameAs(first.relay());
        assertThat(next.succeeded()).isEqualTo(State.COMPLETE);
        // until better guards are due
        world.time.advance(Duration.ofMinutes(11));
        assertThat(world.choose().relay()).isNotSameAs(first.relay());
    }

    @Test
    void failed_primaryComesBack_waitingCircuitIsNeverUsedAndExpires() {
        GuardUse waiting = explore();
        waiting.succeeded();
        GuardUse primary = world.choose();
        assertThat(primary.succeeded()).isEqualTo(State.COMPLETE);
        world.time.advance(Duration.ofMinutes(9));
        world.manager.refresh();
        assertThat(waiting.state()).isEqualTo(State.WAITING_FOR_BETTER_GUARD);
        assertThat(waiting.isExpired()).isFalse();
        world.time.advance(Duration.ofMinutes(2));
        assertThat(waiting.isExpired()).isTrue();
        waiting.closed();
        waiting.closed();
        assertThat(waiting.state()).isEqualTo(State.DEAD);
        assertThat(world.manager.status().confirmed()).isEqualTo(1);
    }

    @Test
    void choose_primaryGuardSilentForLong_theNextOneIsTriedBesideIt() {
        GuardUse silent = world.choose();
        assertThat(world.choose().relay()).isSameAs(silent.relay());
        world.time.advance(Duration.ofSeconds(9));
        GuardUse second = world.choose();
        assertThat(second.relay()).isNotSameAs(silent.relay());
        assertThat(second.state()).isEqualTo(State.USABLE_ON_COMPLETION);
        second.answered();
        world.time.advance(Duration.ofSeconds(9));
        assertThat(world.choose().relay()).isSameAs(second.relay()); // slow, but there
    }

    @Test
    void failed_allPrimarySilentWhileAnotherAnswers_theOtherIsUsedAtOnceWhenTheyAreGivenUp() {
        List<GuardUse> silent = new ArrayList<>();
        GuardUse other = world.choose();
        while (other.state() == State.USABLE_ON_COMPLETION) {
            silent.add(other);
            world.time.advance(Duration.ofSeconds(9));
            other = world.choose();
        }
        assertThat(silent.stream().map(use -> use.relay().nickname()).distinct())
                .hasSize(3);
        other.answered();
        assertThat(other.succeeded()).isEqualTo(State.WAITING_FOR_BETTER_GUARD);
        world.time.advance(Duration.ofSeconds(30));
        silent.forEach(use -> use.failed(GuardFailure.UNREACHABLE));
        assertThat(other.state()).isEqualTo(State.WAITING_FOR_BETTER_GUARD);
        world.time.advance(Duration.ofSeconds(30));
        world.manager.refresh();
        assertThat(other.state()).isEqualTo(State.COMPLETE);
    }

    @Test
    void upgrade_betterGuardBeingTried_isWaitedForFifteenSeconds() {
        GuardUse better = explore();
        GuardUse worse = explore();
        assertThat(worse.relay()).isNotSameAs(better.relay());
        worse.succeeded();
        GuardUse second = proveDown(worse);
        assertThat(second.state()).isEqualTo(State.COMPLETE); // the other one has been tried for long enough
        GuardUse third = world.choose();
        assertThat(third.relay()).isSameAs(second.relay());
        better.failed(GuardFailure.UNREACHABLE);
    }

    @Test
    void upgrade_restrictedCircuit_isNotHeldUpByAPrimaryGuardItCannotUse() {
        GuardUse up = world.choose();
        up.succeeded();
        GuardRestriction notUp = GuardRestriction.unrelatedTo(up.relay());
        GuardUse outside = null;
        Set<String> others = new HashSet<>();
        for (int i = 0; i < 40 && (outside == null || outside.state() != State.COMPLETE); i++) {
            world.time.advance(Duration.ofSeconds(3));
            GuardUse use = world.choose(GuardUsage.TRAFFIC, notUp);
            if (use.state() == State.USABLE_ON_COMPLETION) {
                others.add(use.relay().nickname());
                use.failed(GuardFailure.UNREACHABLE);
            } else {
                outside = use;
                use.succeeded();
            }
        }
        assertThat(others).hasSize(2);
        assertThat(outside.state()).isEqualTo(State.COMPLETE);
        assertThat(outside.relay().nickname())
                .isNotIn(others)
                .isNotEqualTo(up.relay().nickname());
    }

    @Test
    void silence_theSampleDoesNotGrow_andOtherGuardsAreTriedEverMoreRarely() {
        List<State> tried = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            world.time.advance(Duration.ofSeconds(1));
            GuardUse use = world.choose();
            tried.add(use.state());
            use.failed(GuardFailure.UNREACHABLE);
        }
        assertThat(world.manager.status().sampled()).isEqualTo(20);
        assertThat(tried.subList(0, 20)).containsOnly(State.USABLE_ON_COMPLETION);
        assertThat(tried.stream().filter(state -> state == State.USABLE_IF_NO_BETTER_GUARD))
                .hasSizeBetween(6, 11);
    }

    @Test
    void choose_allGuardsTriedInVain_failsOnceAndStartsOver() {
        NoPathException failure = null;
        int attempts = 0;
        while (failure == null && attempts++ < 2000) {
            world.time.advance(Duration.ofSeconds(1));
            failure = catchThrowableOfType(
                    NoPathException.class,
                    () -> world.manager
                            .choose(GuardUsage.TRAFFIC, GuardRestriction.NONE)
                            .failed(GuardFailure.UNREACHABLE));
        }
        assertThat(failure).hasMessage("no guard is reachable");
        assertThat(world.choose().state()).isEqualTo(State.USABLE_ON_COMPLETION);
    }

    @Test
    void networkChanged_primaryGuardsAreWorthATryAtOnce() { // T78
        failPrimary();
        world.manager.networkChanged();
        assertThat(world.manager.status().primaryDown()).isZero();
        assertThat(world.choose().state()).isEqualTo(State.USABLE_ON_COMPLETION);
    }

    /** A guard that destroys each circuit at birth is left for another primary one within a few tries (T85). */
    @Test
    void t85_guardDestroysCircuitsAtBirth_isCountedAndAnotherPrimaryOneIsUsed() {
        String hostile = world.choose().relay().nickname();
        int destroyed = 0;
        GuardUse use = world.choose();
        while (use.relay().nickname().equals(hostile)) {
            use.failed(GuardFailure.DESTROYED);
            destroyed++;
            use = world.choose();
        }
        assertThat(destroyed).isEqualTo(3);
        assertThat(use.state()).isEqualTo(State.USABLE_ON_COMPLETION);
        assertThat(use.succeeded()).isEqualTo(State.COMPLETE);
    }

    @Test
    void t85_guardLosesEachCircuitLaterOn_isCountedUnlessSomeSucceed() {
        String suspect = world.choose().relay().nickname();
        for (int i = 0; i < 100; i++) { // one in five gets through: relays beyond may be at fault
            GuardUse use = world.choose();
            assertThat(use.relay().nickname()).isEqualTo(suspect);
            if (i % 5 == 0) {
                use.succeeded();
            } else {
                use.failed(GuardFailure.LATER_HOP);
            }
        }
        world.choose().succeeded();
        for (int i = 0; i < 9; i++) {
            GuardUse use = world.choose();
            assertThat(use.relay().nickname()).isEqualTo(suspect);
            use.failed(GuardFailure.LATER_HOP);
        }
        assertThat(world.choose().relay().nickname()).isNotEqualTo(suspect);
        world.time.advance(Duration.ofMinutes(11));
        assertThat(world.choose().relay().nickname()).isEqualTo(suspect);
    }

    /**
     * In a network that is torn apart, or whose exits are attacked, circuits fail beyond each guard: that must not drive us
     * to other guards, nor keep us from those that we have when it is over (T77, T85).
     */
    @Test
    void t85_circuitsFailBeyondEachGuard_primaryOnesTakeTurnsAndNoOthersAreTried() {
        Set<String> tried = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            GuardUse use = world.choose();
            assertThat(use.state()).isEqualTo(State.USABLE_ON_COMPLETION);
            use.answered();
            use.failed(GuardFailure.LATER_HOP);
            tried.add(use.relay().nickname());
        }
        assertThat(tried).hasSize(3);
        assertThat(world.manager.status().primaryDown()).isZero();
        assertThat(world.manager.status().sampled()).isEqualTo(20);

        GuardUse works = world.choose();
        assertThat(works.succeeded()).isEqualTo(State.COMPLETE);
        assertThat(world.choose().relay().nickname()).isEqualTo(works.relay().nickname());
    }

    /** The same where circuits get built and nothing comes of them, as with exits that lie. */
    @Test
    void t85_noUseThroughAnyGuard_primaryOnesTakeTurnsAndNoOthersAreTried() {
        Set<String> tried = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            GuardUse use = world.choose();
            assertThat(use.succeeded()).isEqualTo(State.COMPLETE);
            use.used(false);
            use.closed();
            tried.add(use.relay().nickname());
        }
        assertThat(tried).hasSize(3);
        assertThat(world.manager.status().primaryDown()).isZero();
    }

    @Test
    void t85_guardFailsEachUseOfGoodCircuits_isCountedAndStaysAsideThoughCircuitsGetBuilt() {
        String hostile = world.choose().relay().nickname();
        for (int i = 0; i < 5; i++) {
            GuardUse use = world.choose();
            assertThat(use.relay().nickname()).isEqualTo(hostile);
            use.succeeded();
            use.used(false);
        }
        String second = world.useOnce();
        assertThat(second).isNotEqualTo(hostile);
        world.time.advance(Duration.ofMinutes(11));
        GuardUse again = world.choose();
        assertThat(again.relay().nickname()).isEqualTo(hostile);
        again.succeeded();
        again.used(false); // one more is enough now
        assertThat(world.useOnce()).isEqualTo(second);
        world.time.advance(Duration.ofMinutes(11));
        again = world.choose();
        again.succeeded();
        again.used(true);
        assertThat(world.useOnce()).isEqualTo(hostile);
    }

    @Test
    void pathBias_extremeGuard_isDroppedIfTheNetworkSaysSo() {
        String first = world.useOnce();
        for (int i = 0; i < 300; i++) {
            GuardUse use = world.choose();
            if (i % 9 == 8) {
                use.succeeded();
            } else {
                use.failed(GuardFailure.LATER_HOP);
            }
        }
        world.newConsensus();
        assertThat(world.choose().relay().nickname()).isEqualTo(first);
        world.adjust = network -> network.parameter("pb_dropguards", 1);
        world.newConsensus();
        assertThat(world.choose().relay().nickname()).isNotEqualTo(first);
    }

    /** Lets each primary guard fail once. */
    private void failPrimary() {
        Set<String> failed = new HashSet<>();
        while (failed.size() < 3) {
            GuardUse use = world.choose();
            assertThat(use.state()).isEqualTo(State.USABLE_ON_COMPLETION);
            use.failed(GuardFailure.UNREACHABLE);
            failed.add(use.relay().nickname());
        }
    }

    /** Lets the primary guards fail until another one is tried. */
    private GuardUse explore() {
        GuardUse use = world.choose();
        while (use.state() == State.USABLE_ON_COMPLETION) {
            use.failed(GuardFailure.UNREACHABLE);
            world.time.advance(Duration.ofSeconds(5));
            use = world.choose();
        }
        assertThat(use.state()).isEqualTo(State.USABLE_IF_NO_BETTER_GUARD);
        return use;
    }

    /** Lets the primary guards fail while this one works, until one of its circuits is used. */
    private GuardUse proveDown(GuardUse working) {
        for (int i = 0; i < 10; i++) {
            failPrimary();
            world.time.advance(Duration.ofSeconds(10));
            GuardUse next = world.choose();
            assertThat(next.relay()).isSameAs(working.relay());
            if (next.succeeded() == State.COMPLETE) {
                return next;
            }
        }
        throw new AssertionError("never used");
    }
}
