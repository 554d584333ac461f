package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.CircuitException;

/** Circuits that take long to build, or never get built. */
class CircuitSupplySlowTest {
    private static final int HTTPS = SupplyWorld.HTTPS;
    private static final int SSH = SupplyWorld.SSH;
    private static final Duration JUST_LATE = Duration.ofSeconds(4);

    private final SupplyWorld world = new SupplyWorld(3);

    @AfterEach
    void nothingIsLeft() {
        world.close();
    }

    private void startLearned() {
        world.learn();
        world.start();
        world.seconds(10);
        assertThat(world.open()).hasSize(2);
    }

    @Test
    void lateCircuit_othersOpen_isReplacedButMeasured() {
        startLearned();
        world.relays = attempt -> world.build(attempt, JUST_LATE);
        CompletableFuture<CircuitLease> lease = world.ask(SSH, null);
        FakeAttempt late = world.attempts.get(world.launches() - 1);
        world.seconds(1);
        world.relays = world::work;
        int before = world.launches();
        world.seconds(2);

        assertThat(late.isUnderWay()).isTrue();
        assertThat(world.launches()).isGreaterThan(before);
        assertThat(SupplyWorld.circuit(lease).isOpen()).isTrue();
        Duration timeout = world.timeouts.buildTimeout();
        world.seconds(3);
        assertThat(late.result()).isPresent();
        assertThat(late.result().get().isOpen()).as("of no use any more").isFalse();
        assertThat(world.timeouts.buildTimeout()).isNotEqualTo(timeout); // it was counted
    }

    @Test
    void lateCircuit_nothingElseOpen_isUsedAllTheSame() {
        world.learn();
        world.relays = attempt -> world.build(attempt, Duration.ofSeconds(30));
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.seconds(29);
        assertThat(lease).isNotDone();
        world.seconds(2);

        assertThat(lease).isCompleted();
        assertThat(world.attempts.get(0).result()).contains(SupplyWorld.circuit(lease));
    }

    @Test
    void timeToOpenTheChannel_isNotCounted() {
        startLearned();
        world.relays = attempt -> {
            world.time.schedule(() -> attempt.openChannel(world.time.ticks()), Duration.ofSeconds(8));
            world.time.schedule(attempt::reachFirstHop, Duration.ofMillis(8200));
            world.time.schedule(attempt::finish, Duration.ofMillis(8600));
        };
        CompletableFuture<CircuitLease> lease = world.ask(SSH, null);
        FakeAttempt attempt = world.attempts.get(world.launches() - 1);
        world.seconds(9);

        assertThat(attempt.result()).contains(SupplyWorld.circuit(lease));
        assertThat(world.guards.status().primaryDown()).isZero();
    }

    @Test
    void circuitStalledBehindTheGuard_isClosedAfterTheClosingTime() {
        startLearned();
        world.relays = world::stallAfterFirstHop;
        world.ask(SSH, null);
        FakeAttempt stalled = world.attempts.get(world.launches() - 1);
        world.seconds(58);
        assertThat(stalled.isUnderWay()).isTrue();
        world.seconds(3);

        assertThat(stalled.cancelled()).contains(CircuitException.Kind.TIMEOUT);
    }

    @Test
    void t78_guardMute_isLeftForAnotherWithinAMinute() {
        startLearned();
        assertMuteGuardIsLeftWithinAMinute();
    }

    @Test
    void t78_guardMuteWhileLearning_isLeftForAnotherWithinAMinute() {
        world.start();
        world.seconds(10);
        assertMuteGuardIsLeftWithinAMinute();
    }

    /** What hangs at a guard that doesn't answer must not take the places of tries that go elsewhere. */
    @Test
    void t78_guardSilent_triesThroughAnotherAreNotCountedWithThoseThatHang() {
        List<FakeAttempt> elsewhere = new ArrayList<>();
        world.relays = attempt -> {
            if (world.launches() == 1
                    || attempt.guard().equals(world.attempts.get(0).guard())) {
                world.stayUnconnected(attempt);
            } else {
                elsewhere.add(attempt);
                if (elsewhere.size() <= 2) {
                    world.stallAfterFirstHop(attempt);
                } else {
                    world.work(attempt);
                }
            }
        };
        world.start();
        world.seconds(5);
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        assertThat(world.underWay()).as("circuits that hang").hasSizeGreaterThan(1);

        world.seconds(5);
        assertThat(elsewhere).as("tries through another guard").isNotEmpty();
        world.seconds(20);

        assertThat(lease).isCompleted();
        assertThat(world.launches()).isLessThan(12);
    }

    private void assertMuteGuardIsLeftWithinAMinute() {
        String guard = world.attempts.get(0).guard();
        world.relays = attempt -> {
            if (attempt.guard().equals(guard)) {
                world.stayMute(attempt);
            } else {
                world.work(attempt);
            }
        };
        CompletableFuture<CircuitLease> lease = world.ask(SSH, null);
        world.seconds(60);

        assertThat(SupplyWorld.circuit(lease).guard()).isNotEqualTo(guard);
    }

    @Test
    void t04_guardCannotBeConnected_anotherIsTriedBeforeTheChannelGivesUp() {
        world.learn();
        world.relays = attempt -> {
            if (world.launches() == 1
                    || attempt.guard().equals(world.attempts.get(0).guard())) {
                world.stayUnconnected(attempt);
            } else {
                world.work(attempt);
            }
        };
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.seconds(60);

        assertThat(world.attempts.stream().map(FakeAttempt::guard).collect(Collectors.toSet()))
                .hasSizeGreaterThan(1);
        assertThat(SupplyWorld.circuit(lease).guard())
                .isNotEqualTo(world.attempts.get(0).guard());
    }

    @Test
    void channelNeverOpens_isGivenUpInTheEnd() {
        world.relays = world::stayUnconnected;
        world.start();
        world.ask(HTTPS, null);
        FakeAttempt first = world.attempts.get(0);
        world.seconds(80);

        assertThat(first.cancelled()).contains(CircuitException.Kind.TIMEOUT);
    }

    @Test
    void slowCircuits_fewAreTriedAtOnceForOneStream() {
        world.learn();
        world.relays = world::stallAfterFirstHop;
        world.start();
        world.ask(SSH, null);
        int most = 0;
        for (int i = 0; i < 300; i++) {
            world.seconds(1);
            List<FakeAttempt> ssh = world.underWay().stream()
                    .filter(attempt -> attempt.exit().startsWith("ssh"))
                    .toList();
            most = Math.max(most, ssh.size());
        }

        assertThat(most).isBetween(2, 8);
    }

    @Test
    void manyWishesAtOnce_fewCircuitsAreBuiltAtOnce() {
        startLearned();
        world.relays = attempt -> world.build(attempt, Duration.ofMillis(900));
        List<CompletableFuture<CircuitLease>> leases = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            leases.add(world.ask(HTTPS, i));
        }
        for (int i = 0; i < 30; i++) {
            assertThat(world.underWay().size()).isLessThanOrEqualTo(8);
            world.seconds(1);
        }

        assertThat(leases).allMatch(CompletableFuture::isDone);
        assertThat(leases.stream().map(SupplyWorld::circuit).collect(Collectors.toSet()))
                .hasSize(100);
    }

    @Test
    void tooManyWishes_furtherOnesAreRefusedUntilThereIsRoom() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        List<CompletableFuture<CircuitLease>> leases = new ArrayList<>();
        for (int i = 0; i < CircuitSupply.MAX_WAITING; i++) {
            leases.add(world.ask(HTTPS, i));
        }
        assertThat(leases).noneMatch(CompletableFuture::isDone);
        assertThat(world.ask(HTTPS, "one more"))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(TooManyWaitingException.class);
        leases.get(5).cancel(false);
        assertThat(world.ask(HTTPS, "in its place")).isNotDone();
    }

    @Test
    void changedNetwork_timeoutsAreLearnedAnew() {
        startLearned();
        world.get(HTTPS, null).setStreams(1);
        world.relays = attempt -> world.build(attempt, Duration.ofSeconds(20));
        for (int i = 0; i < 10; i++) {
            world.ask(HTTPS, i);
        }
        world.minutes(3);

        assertThat(world.timeouts.isLearning()).isTrue();
        assertThat(world.timeouts.buildTimeout()).isGreaterThanOrEqualTo(Duration.ofSeconds(60));
    }
}
