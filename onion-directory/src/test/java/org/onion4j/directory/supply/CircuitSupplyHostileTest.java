package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;

/** Guards that bring circuits to nothing (T85, T77, T27), with somebody always asking. */
class CircuitSupplyHostileTest {
    private static final int HTTPS = SupplyWorld.HTTPS;
    private static final int MOST_IN_AN_HOUR = 120;

    private final SupplyWorld world = new SupplyWorld(4);

    @AfterEach
    void nothingIsLeft() {
        world.close();
    }

    private static void refuse(FakeAttempt attempt) {
        attempt.fail(new ChannelException(
                ChannelException.Kind.CONNECT, "test", new ConnectException("Connection refused")));
    }

    /** One guard does this, the others work. */
    private void makeHostile(Consumer<FakeAttempt> behaviour) {
        String hostile = firstGuard();
        world.relays = attempt -> {
            if (attempt.guard().equals(hostile)) {
                behaviour.accept(attempt);
            } else {
                world.work(attempt);
            }
        };
    }

    /** The guard that is used first, found out by a circuit. */
    private String firstGuard() {
        world.start();
        FakeCircuit circuit = world.get(HTTPS, "probe");
        world.open().forEach(open -> open.end(CircuitException.Kind.CLOSED));
        world.supply.retireAll();
        return circuit.guard();
    }

    private int toGuard(String guard, int from) {
        return (int) world.attempts.stream()
                .skip(from)
                .filter(attempt -> attempt.guard().equals(guard))
                .count();
    }

    @Test
    void t85_allGuardsDestroyAtBirth_anHourHasAtMost120Launches() {
        world.relays = world::destroy;
        world.start();
        for (int i = 0; i < 20; i++) {
            world.ask(HTTPS, i); // many wait, which must not multiply the launches
        }
        world.minutes(60);

        assertThat(world.launches()).isBetween(40, MOST_IN_AN_HOUR);
    }

    @Test
    void t85_circuitsDestroyedOnceBuilt_anHourHasAtMost120Launches() {
        world.relays = attempt -> {
            world.work(attempt);
            world.time.schedule(
                    () -> attempt.result().ifPresent(built -> built.end(CircuitException.Kind.DESTROYED)),
                    Duration.ofMillis(500));
        };
        world.learn();
        world.start();
        for (int minute = 0; minute < 60; minute++) {
            world.predicted.onUsed(HTTPS); // circuits built ahead are wanted all the time
            world.minutes(1);
        }

        assertThat(world.launches()).isBetween(20, MOST_IN_AN_HOUR);
    }

    @Test
    void t85_eachUseFails_anHourHasAtMost120LaunchesThoughAnApplicationGoesOnAsking() {
        world.learn();
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        for (int second = 0; second < 3600; second++) {
            world.seconds(1);
            if (lease.isDone()) {
                lease.join().failed();
                lease = world.ask(HTTPS, null);
            }
        }

        assertThat(world.launches()).isBetween(20, MOST_IN_AN_HOUR);
    }

    @Test
    void t85_oneGuardDestroysAtBirth_anHonestOneServesWithinAMinute() {
        makeHostile(world::destroy);
        int before = world.launches();
        String hostile = world.attempts.get(0).guard();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.seconds(60);
        assertThat(SupplyWorld.circuit(lease).guard()).isNotEqualTo(hostile);
        for (int minute = 0; minute < 60; minute++) {
            world.ask(HTTPS, minute);
            world.minutes(1);
        }

        assertThat(toGuard(hostile, before)).isLessThanOrEqualTo(MOST_IN_AN_HOUR);
    }

    @Test
    void t85_oneGuardFailsEachUse_anHonestOneServesWithinAMinute() {
        makeHostile(world::work);
        String hostile = world.attempts.get(0).guard();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        boolean honest = false;
        for (int second = 0; second < 60 && !honest; second++) {
            world.seconds(1);
            if (lease.isDone()) {
                honest = !SupplyWorld.circuit(lease).guard().equals(hostile);
                if (!honest) {
                    lease.join().failed();
                    lease = world.ask(HTTPS, null);
                }
            }
        }

        assertThat(honest).isTrue();
    }

    @Test
    void t85_oneGuardDropsEveryExtend_anHonestOneServesInTheEnd() {
        world.learn();
        makeHostile(world::stallAfterFirstHop);
        String hostile = world.attempts.get(0).guard();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        int seconds = 0;
        while (!lease.isDone() && seconds < 600) {
            world.seconds(1);
            seconds++;
        }

        assertThat(SupplyWorld.circuit(lease).guard()).isNotEqualTo(hostile);
        assertThat(seconds).isLessThan(300);
    }

    @Test
    void t85_allGuardsDropEveryExtend_launchesStayFew() {
        world.relays = world::stallAfterFirstHop;
        world.start();
        world.ask(HTTPS, null);
        world.minutes(60);

        assertThat(world.launches()).isLessThanOrEqualTo(2 * MOST_IN_AN_HOUR);
    }

    @Test
    void t77_primaryGuardsDown_anotherOneServesOnceThatIsClear() {
        world.learn();
        world.start();
        world.seconds(10);
        Set<String> down = new HashSet<>();
        Set<String> up = new HashSet<>();
        world.open().forEach(circuit -> circuit.end(CircuitException.Kind.CHANNEL));
        // The first three guards that are asked are down; whoever is asked fourth is up.
        world.relays = attempt -> {
            if (!up.contains(attempt.guard()) && (down.contains(attempt.guard()) || down.size() < 3)) {
                down.add(attempt.guard());
                refuse(attempt);
            } else {
                up.add(attempt.guard());
                world.work(attempt);
            }
        };
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, "one");
        int seconds = 0;
        while (!lease.isDone() && seconds < 600) {
            world.seconds(1);
            seconds++;
        }

        assertThat(down).hasSize(3);
        assertThat(SupplyWorld.circuit(lease).guard()).isNotIn(down);
        assertThat(seconds).isLessThan(180);
        assertThat(world.launches()).isLessThan(100);
    }

    @Test
    void t78_networkBackAfterAnHour_servesWithinAMinute() {
        world.relays = CircuitSupplyHostileTest::refuse;
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.minutes(60);
        assertThat(lease).isNotDone();
        assertThat(world.launches()).isLessThanOrEqualTo(MOST_IN_AN_HOUR);

        world.relays = world::work;
        world.seconds(60);

        assertThat(lease).isCompleted();
    }

    @Test
    void t78_networkChanged_nothingIsHeldBack() {
        world.relays = CircuitSupplyHostileTest::refuse;
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.minutes(60);
        world.relays = world::work;

        world.guards.networkChanged();
        world.supply.networkChanged();
        world.seconds(10);

        assertThat(lease).isCompleted();
    }

    @Test
    void t07_channelLost_newCircuitIsThereWithinTenSeconds() {
        world.start();
        for (int i = 0; i < 20; i++) {
            world.get(HTTPS, i);
        }
        world.open().forEach(circuit -> circuit.end(CircuitException.Kind.CHANNEL));
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.seconds(10);

        assertThat(lease).isCompleted();
    }

    @Test
    void useAnswered_nothingIsHeldBackAnyMore() {
        world.relays = world::destroy;
        world.start();
        CompletableFuture<CircuitLease> lease = world.ask(HTTPS, null);
        world.minutes(30);
        CompletableFuture<CircuitLease> other = world.ask(HTTPS, "other");
        world.relays = world::work;
        for (int i = 0; i < 60 && !lease.isDone(); i++) {
            world.seconds(1);
        }
        assertThat(other).isNotDone();

        lease.join().answered();
        world.seconds(1);

        assertThat(other).isCompleted();
    }
}
