package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.CircuitException;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.path.ExitTarget;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.view.SyntheticNetwork;

/** Which circuit a stream gets, and for how long a circuit takes streams. */
class CircuitSupplyTest {
    private static final int HTTPS = SupplyWorld.HTTPS;
    private static final int SSH = SupplyWorld.SSH;

    private final SupplyWorld world = new SupplyWorld(1);

    @AfterEach
    void nothingIsLeft() {
        world.close();
    }

    // Matching.

    @Test
    void lease_nothingReady_isServedByANewCircuit() {
        world.start();

        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        assertThat(lease).isNotDone();
        world.seconds(1);

        assertThat(SupplyWorld.circuit(lease).isOpen()).isTrue();
        assertThat(SupplyWorld.circuit(lease).path.length()).isEqualTo(3);
    }

    @Test
    void lease_circuitReady_isServedAtOnce() {
        world.start();
        world.seconds(10);
        int before = world.launches();

        assertThat(world.ask(HTTPS, null)).isCompleted();
        assertThat(world.launches()).isEqualTo(before);
    }

    @Test
    void lease_again_usesTheSameCircuit() {
        world.start();
        FakeCircuit first = world.get(HTTPS, null);
        world.minutes(9);

        assertThat(world.get(HTTPS, null)).isSameAs(first);
        assertThat(world.get(80, null)).isSameAs(first);
    }

    @Test
    void lease_manyAtOnceForTheSame_launchOneCircuit() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        world.seconds(1);
        int ahead = world.launches();

        List<CompletableFuture<CircuitLease>> leases = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            leases.add(world.ask(SSH, "one"));
        }

        assertThat(world.launches()).isEqualTo(ahead + 1);
        world.attempts.get(ahead).finish();
        world.time.settle();
        assertThat(leases)
                .allMatch(lease -> SupplyWorld.circuit(lease)
                        == world.attempts.get(ahead).result().orElseThrow());
    }

    @Test
    void lease_pendingCircuitFits_waitsForIt() {
        world.relays = attempt -> world.build(attempt, Duration.ofSeconds(4));
        world.start();
        world.seconds(2);
        int ahead = world.launches();
        assertThat(ahead).isPositive();

        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, "one");
        world.seconds(3);

        assertThat(world.attempts.subList(0, ahead))
                .anyMatch(attempt -> attempt.result().orElse(null) == SupplyWorld.circuit(lease));
    }

    @Test
    void lease_exitDoesNotAllowThePort_getsAnother() {
        world.start();
        for (int i = 0; i < 10; i++) {
            world.get(HTTPS, i);
        }

        assertThat(world.get(SSH, null).exit()).startsWith("ssh");
    }

    @Test
    void lease_longLivedPort_getsStableRelaysOnly() {
        SyntheticNetwork network = SupplyWorld.network();
        for (int i = 0; i < 30; i++) {
            network.relay("shaky" + i); // neither Stable
            network.relay("shakyExit" + i).exit("accept 22,80,443");
        }
        world.start(network);
        world.seconds(30);

        for (int i = 0; i < 5; i++) {
            FakeCircuit circuit = world.get(SSH, i);
            assertThat(circuit.path.hops())
                    .noneMatch(relay -> relay.nickname().startsWith("shaky"))
                    .hasSize(3);
        }
    }

    @Test
    void lease_refusedExits_areNotUsed() {
        world.start();
        Set<RsaIdentity> refused = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            CircuitLease lease = world.leaseNow(SupplyWorld.refusing(SSH, refused));
            assertThat(refused.add(lease.exit())).as("an exit not refused").isTrue();
        }

        CompletableFuture<CircuitLease> none = world.supply.lease(SupplyWorld.refusing(SSH, refused));
        world.time.settle();

        assertThatThrownBy(none::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        NoPathException.class, e -> assertThat(e.lack()).isEqualTo(NoPathException.Lack.ALL_EXCLUDED));
    }

    @Test
    void lease_noExitAllowsIt_failsAtOnce() {
        world.start();

        CompletableFuture<CircuitLease> lease = world.ask(25, null);

        assertThatThrownBy(lease::get)
                .cause()
                .isInstanceOfSatisfying(
                        NoPathException.class, e -> assertThat(e.lack()).isEqualTo(NoPathException.Lack.NO_POLICY));
    }

    @Test
    void lease_beforeTheNetworkIsKnown_isServedOnceItIs() {
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.seconds(30);
        assertThat(world.launches()).isZero();
        assertThat(world.time.timers()).isLessThanOrEqualTo(1);

        world.start();
        world.seconds(1);

        assertThat(lease).isCompleted();
    }

    @Test
    void lease_lookup_takesAnyExit() {
        world.start();
        CircuitNeed lookup = new CircuitNeed(ExitTarget.resolve(), Optional.empty(), ImmutableSet.of());

        assertThat(world.leaseNow(lookup)).isNotNull();
        assertThat(world.predicted.ports()).contains(80);
    }

    // Isolation.

    @Test
    void t67_lease_otherIsolation_getsAnotherCircuit() {
        world.start();
        FakeCircuit one = world.get(HTTPS, "one");
        FakeCircuit other = world.get(HTTPS, "other");
        FakeCircuit none = world.get(HTTPS, null);

        assertThat(Set.of(one, other, none)).hasSize(3);
        assertThat(world.get(HTTPS, "one")).isSameAs(one);
        assertThat(world.get(HTTPS, "other")).isSameAs(other);
        assertThat(world.get(HTTPS, null)).isSameAs(none);
    }

    @Test
    void t67_lease_pendingCircuitOfOtherIsolation_isNotShared() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        CompletableFuture<CircuitLease> one = world.ask(SSH, "one");
        CompletableFuture<CircuitLease> other = world.ask(SSH, "other");
        world.seconds(1);
        world.attempts.forEach(FakeAttempt::finish);
        world.time.settle();

        assertThat(SupplyWorld.circuit(one)).isNotSameAs(SupplyWorld.circuit(other));
    }

    @Test
    void t67_retireAll_noOldCircuitIsUsedAgain() {
        world.start();
        FakeCircuit busy = world.get(HTTPS, "one");
        busy.setStreams(1);
        FakeCircuit idle = world.get(HTTPS, "other");
        world.relays = world::stallAfterFirstHop;
        CompletableFuture<CircuitLease> waiting = world.ask(SSH, "third");
        world.seconds(1);
        List<FakeAttempt> before = List.copyOf(world.attempts);
        world.relays = world::work;

        world.supply.retireAll();
        world.time.settle();

        assertThat(idle.isOpen()).isFalse();
        assertThat(busy.isOpen()).isTrue();
        assertThat(before).noneMatch(FakeAttempt::isUnderWay);
        List<FakeCircuit> fresh = new ArrayList<>();
        for (Object isolation : List.of("one", "other", "fourth")) {
            fresh.add(world.get(HTTPS, isolation));
        }
        fresh.add(SupplyWorld.circuit(waiting));
        for (FakeAttempt attempt : before) {
            assertThat(fresh).noneMatch(circuit -> attempt.result().orElse(null) == circuit);
        }
        busy.setStreams(0);
        world.seconds(11);
        assertThat(busy.isOpen()).isFalse();
    }

    @Test
    void t67_retireAll_circuitThatIsFinishedJustThen_isNotUsed() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(SSH, null);
        world.seconds(1);
        FakeAttempt old = world.underWay().get(world.underWay().size() - 1);
        // The relays' last answer comes in while the attempt is being cancelled.
        world.supply.retireAll();
        FakeCircuit late = old.finish();
        world.seconds(1);

        assertThat(late.isOpen()).isFalse();
        assertThat(lease).isNotDone();
    }

    @Test
    void retireAll_circuitsGivenUp_holdNothingBack() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        for (int i = 0; i < 8; i++) {
            world.ask(HTTPS, i);
        }
        world.seconds(1);
        world.relays = world::work;

        world.supply.retireAll();

        assertThat(world.get(SSH, null)).isNotNull();
    }

    // Dirtiness.

    @Test
    void lease_tenMinutesAfterTheFirst_getsAnotherCircuit() {
        world.start();
        FakeCircuit first = world.get(HTTPS, null);
        first.setStreams(1);
        for (int i = 0; i < 9; i++) {
            world.minutes(1);
            assertThat(world.get(HTTPS, null)).isSameAs(first); // which doesn't prolong its time
        }
        world.minutes(1);

        assertThat(world.get(HTTPS, null)).isNotSameAs(first);
        assertThat(first.isOpen()).isTrue();
    }

    @Test
    void wornOutCircuit_isClosedWithItsLastStream() {
        world.start();
        FakeCircuit circuit = world.get(HTTPS, null);
        circuit.setStreams(1);
        world.minutes(60);
        assertThat(circuit.isOpen()).isTrue();

        circuit.setStreams(0);
        world.seconds(6);

        assertThat(circuit.isOpen()).isFalse();
    }

    @Test
    void wornOutCircuit_leasedJustBefore_isNotClosedBeforeItsStreamIsThere() {
        world.start();
        FakeCircuit circuit = world.get(HTTPS, null);
        world.time.advance(Duration.ofMillis(10 * 60_000 - 1500));
        assertThat(world.get(HTTPS, null)).isSameAs(circuit);

        world.seconds(6);
        assertThat(circuit.isOpen()).isTrue();

        world.seconds(20);
        assertThat(circuit.isOpen()).isFalse();
    }

    @Test
    void lease_isolated_keepsItsCircuitTenMinutesFromTheLastUse() {
        world.start();
        FakeCircuit circuit = world.get(HTTPS, "one");
        for (int i = 0; i < 5; i++) {
            world.minutes(9);
            assertThat(world.get(HTTPS, "one")).isSameAs(circuit);
        }
        circuit.setStreams(1);
        world.minutes(30);
        circuit.setStreams(0); // its last stream ends now
        world.seconds(1);
        world.minutes(9);
        assertThat(world.get(HTTPS, "one")).isSameAs(circuit);

        world.minutes(11);

        assertThat(circuit.isOpen()).isFalse();
        assertThat(world.get(HTTPS, "one")).isNotSameAs(circuit);
    }

    @Test
    void t79_lease_afterTheDeviceSlept_getsAnotherCircuit() {
        world.start();
        FakeCircuit dirty = world.get(HTTPS, null);
        dirty.setStreams(1);
        List<FakeCircuit> before = world.open();

        world.time.stepWall(Duration.ofHours(8)); // the monotonic clock stood still
        world.seconds(10);

        assertThat(world.get(HTTPS, null)).isNotIn(before);
        dirty.setStreams(0);
        world.seconds(10);
        assertThat(world.open()).doesNotContainAnyElementsOf(before);
    }

    @Test
    void t79_wallClockSetBack_changesNothing() {
        world.start();
        FakeCircuit dirty = world.get(HTTPS, null);
        world.minutes(5);
        world.time.stepWall(Duration.ofHours(-2));
        assertThat(world.get(HTTPS, null)).isSameAs(dirty);

        world.minutes(5);

        assertThat(world.get(HTTPS, null)).isNotSameAs(dirty);
    }

    @Test
    void failed_lease_retiresItsCircuit() {
        world.start();
        CircuitLease lease = world.leaseNow(SupplyWorld.need(HTTPS, null));
        FakeCircuit circuit = SupplyWorld.circuit(lease);
        circuit.setStreams(1); // somebody else's

        lease.failed();
        assertThat(world.get(HTTPS, null)).isNotSameAs(circuit);
        assertThat(circuit.isOpen()).isTrue();

        circuit.setStreams(0);
        world.seconds(20);
        assertThat(circuit.isOpen()).isFalse();
    }

    @Test
    void lease_circuitEndedByARelay_getsAnother() {
        world.start();
        FakeCircuit circuit = world.get(HTTPS, null);

        circuit.end(CircuitException.Kind.DESTROYED);

        assertThat(world.get(HTTPS, null)).isNotSameAs(circuit);
        assertThat(world.supply.openCount()).isEqualTo(world.open().size());
    }

    // Giving up.

    @Test
    void cancel_wish_isForgottenAndItsCircuitIsFreeForOthers() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        CompletableFuture<CircuitLease> one = world.ask(SSH, "one");
        world.seconds(1);
        int launches = world.launches();

        one.cancel(false);
        CompletableFuture<CircuitLease> other = world.ask(SSH, "other");
        world.time.settle();

        assertThat(world.launches()).isEqualTo(launches);
        world.attempts.forEach(FakeAttempt::finish);
        world.time.settle();
        assertThat(other).isCompleted();
        assertThat(one).isCancelled();
    }

    @Test
    void cancel_afterTheLease_changesNothing() {
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.seconds(1);

        assertThat(lease.cancel(false)).isFalse();
        assertThat(world.get(HTTPS, null)).isSameAs(SupplyWorld.circuit(lease));
    }

    @Test
    void claim_servedByAnother_isGivenBack() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        CompletableFuture<CircuitLease> one = world.ask(SSH, "one");
        CompletableFuture<CircuitLease> two = world.ask(SSH, "two");
        world.seconds(1);
        two.cancel(false);
        List<FakeAttempt> ssh = world.underWay().stream()
                .filter(attempt -> attempt.exit().startsWith("ssh"))
                .toList();
        assertThat(ssh.size()).isGreaterThanOrEqualTo(2);
        ssh.get(1).finish(); // the one that was for the other wish
        world.time.settle();
        assertThat(one).isCompleted();
        int launches = world.launches();

        CompletableFuture<CircuitLease> three = world.ask(SSH, "three");
        world.time.settle();

        assertThat(world.launches()).isEqualTo(launches);
        ssh.get(0).finish();
        world.time.settle();
        assertThat(three).isCompleted();
    }

    @Test
    void close_completesEveryWaiterOnceAndClosesAll() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        List<Throwable> failures = new ArrayList<>();
        List<CompletableFuture<?>> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiters.add(world.ask(HTTPS, i));
        }
        waiters.add(world.supply.first());
        waiters.forEach(waiter -> waiter.whenComplete((lease, failure) -> failures.add(failure)));
        world.seconds(1);

        world.supply.close();
        world.supply.close();
        world.time.settle();

        assertThat(failures).hasSize(21);
        assertThat(waiters).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(world.underWay()).isEmpty();
        assertThat(world.time.timers()).isZero();
    }

    @Test
    void close_thenLease_failsAndNothingIsBuilt() {
        world.start();
        world.seconds(10);
        world.supply.close();
        int launches = world.launches();

        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.start();
        world.minutes(10);

        assertThatThrownBy(lease::get)
                .cause()
                .isInstanceOfSatisfying(
                        CircuitException.class, e -> assertThat(e.kind()).isEqualTo(CircuitException.Kind.CLOSED));
        assertThat(world.supply.first()).isCompletedExceptionally();
        assertThat(world.launches()).isEqualTo(launches);
        assertThat(world.time.timers()).isZero();
    }

    @Test
    void close_whenALeaseCompletes_isAllowedFromThere() {
        world.start();
        CompletableFuture<Void> closing = world.ask(HTTPS, null).thenAccept(lease -> world.supply.close());
        world.seconds(1);

        assertThat(closing).isCompleted();
        assertThat(world.open()).isEmpty();
    }

    @Test
    void first_isDoneWithTheFirstCircuit_andTakesNone() {
        CompletableFuture<Void> first = world.supply.first();
        world.start();
        assertThat(first).isNotDone();

        world.seconds(1);

        assertThat(first).isCompleted();
        assertThat(world.supply.first()).isCompleted();
        int launches = world.launches();
        assertThat(world.ask(HTTPS, "one")).isCompleted();
        assertThat(world.launches()).isEqualTo(launches);
    }

    @Test
    void first_networkWithoutExit_waitsForABetterOne() {
        SyntheticNetwork network = new SyntheticNetwork();
        for (int i = 0; i < 5; i++) {
            network.relay("guard" + i).flags(RelayFlag.GUARD, RelayFlag.V2_DIR);
        }
        CompletableFuture<Void> first = world.supply.first();
        world.start(network.validAfter(SupplyWorld.START));
        world.seconds(30);
        assertThat(first).isNotDone();

        world.start();
        world.seconds(2);

        assertThat(first).isCompleted();
    }

    @Test
    void first_noPath_tellsWhyUntilThereIsOne() {
        SyntheticNetwork noExit = new SyntheticNetwork();
        SyntheticNetwork neighbours = new SyntheticNetwork();
        for (int i = 0; i < 5; i++) {
            noExit.relay("middle" + i).flags(RelayFlag.V2_DIR);
            neighbours
                    .relay("relay" + i)
                    .flags(RelayFlag.GUARD, RelayFlag.STABLE, RelayFlag.EXIT, RelayFlag.V2_DIR)
                    .exit("accept 1-65535")
                    .ipv4("10.1.0." + (i + 1), 9001);
        }
        List<String> told = new ArrayList<>();
        CompletableFuture<Void> first = world.supply.first(
                obstacle -> told.add(obstacle.map(NoPathException::getMessage).orElse("")));

        world.start(noExit.validAfter(SupplyWorld.START));
        world.seconds(3);
        assertThat(told).isNotEmpty().containsOnly("no exit is known");
        told.clear();
        world.start(neighbours.validAfter(SupplyWorld.START));
        world.seconds(3);
        assertThat(told).isNotEmpty().last().asString().contains("of one family or subnet");
        assertThat(first).isNotDone();
        world.start();
        world.seconds(20);

        assertThat(first).isCompleted();
    }

    @Test
    void mistakeOfOurs_whenACircuitIsBegun_leavesNothing() {
        world.relays = attempt -> {
            if (world.launches() == 1) {
                world.attempts.get(world.launches() - 1).fail(CircuitException.Kind.CLOSED);
                throw new IllegalStateException("test");
            }
            world.work(attempt);
        };
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.seconds(5);

        assertThat(lease).isCompleted();
    }
}
