package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.view.SyntheticNetwork;

/** Circuits that are built before anybody asks, and what an idle client does. */
class CircuitSupplyAheadTest {
    private static final int HTTPS = SupplyWorld.HTTPS;
    private static final int SSH = SupplyWorld.SSH;

    private final SupplyWorld world = new SupplyWorld(2);

    private long readyFor(int port) {
        return world.open().stream()
                .filter(circuit -> circuit.path.last().ipv4Policy().allows(port))
                .count();
    }

    @Test
    void atTheStart_twoCircuitsForHttpsAreBuilt() {
        world.learn();
        world.start();
        world.seconds(10);

        assertThat(world.open()).hasSize(2);
        assertThat(readyFor(HTTPS)).isEqualTo(2);
    }

    @Test
    void portUsed_circuitsForItAreKeptReady() {
        world.learn();
        world.start();
        FakeCircuit used = world.get(SSH, null);
        world.seconds(20);

        assertThat(world.open().stream()
                        .filter(circuit -> circuit != used && circuit.exit().startsWith("ssh")))
                .hasSize(2);
        world.get(SSH, "one");
        world.get(SSH, "other");
        world.seconds(20);
        int launches = world.launches();
        assertThat(world.ask(SSH, "third")).isCompleted();
        assertThat(world.launches()).isEqualTo(launches);
    }

    @Test
    void manyPortsUsed_atMostSoManyUnusedCircuitsAreThere() {
        SyntheticNetwork network = SupplyWorld.network();
        for (int port = 1000; port < 1030; port++) {
            network.relay("special" + port).exit("accept " + port);
        }
        world.learn();
        world.start(network);
        for (int port = 1000; port < 1030; port++) {
            world.get(port, null);
        }
        world.minutes(5);

        assertThat(world.open().size()).isBetween(30, 30 + SupplyParameters.DEFAULT.maxUnused());
    }

    @Test
    void unusedCircuits_areReplacedAfterARandomHalfHourToHour() {
        world.learn();
        world.start();
        world.seconds(10);
        FakeCircuit first = world.open().get(0);
        for (int i = 0; i < 29; i++) {
            world.minutes(1);
            world.predicted.onUsed(HTTPS);
        }
        assertThat(first.isOpen()).isTrue();
        for (int i = 0; i < 31; i++) {
            world.minutes(1);
            world.predicted.onUsed(HTTPS);
        }

        assertThat(first.isOpen()).isFalse();
        assertThat(readyFor(HTTPS)).isEqualTo(2);
    }

    @Test
    void unusedCircuits_endAtTimesThatTellNothing() {
        Set<Long> lifetimes = new HashSet<>();
        for (int seed = 0; seed < 10; seed++) {
            SupplyWorld one = new SupplyWorld(seed);
            one.learn();
            one.start();
            one.seconds(10);
            FakeCircuit circuit = one.open().get(0);
            long seconds = 10;
            while (circuit.isOpen()) {
                one.seconds(10);
                seconds += 10;
            }
            lifetimes.add(seconds);
        }

        assertThat(lifetimes).hasSizeGreaterThan(6).allMatch(seconds -> seconds >= 30 * 60 && seconds <= 61 * 60);
    }

    @Test
    void t27_idle_nothingIsBuiltAfterThePredictionTimeAndNoTimerIsLeft() {
        world.start();
        world.get(HTTPS, null);
        world.get(SSH, "one");
        world.minutes(61);
        int launches = world.launches();

        world.minutes(61);
        assertThat(world.launches()).isEqualTo(launches);
        assertThat(world.open()).isEmpty();
        assertThat(world.time.timers()).isZero();

        world.minutes(60 * 48);
        assertThat(world.launches()).isEqualTo(launches);
    }

    @Test
    void t80_requestAfterDaysOfIdleness_isServedAtOnce() {
        world.start();
        world.minutes(60 * 48);
        assertThat(world.time.timers()).isZero();

        assertThat(world.get(HTTPS, null).isOpen()).isTrue();
        world.seconds(10);
        assertThat(readyFor(HTTPS)).isGreaterThan(1);
    }

    @Test
    void idleTimeoutOfTheConsensus_isFollowed() {
        world.learn();
        world.start(SupplyWorld.network().parameter("nf_conntimeout_clients", 60));
        world.get(HTTPS, null);
        List<FakeCircuit> unused = world.open();
        world.minutes(5);

        assertThat(unused.subList(1, unused.size())).noneMatch(FakeCircuit::isOpen);
    }

    // Learning.

    @Test
    void learning_aCircuitEachTenSeconds_upToTen() {
        world.start();
        world.seconds(65);
        assertThat(world.launches()).isBetween(7, 9);

        world.seconds(60);

        assertThat(world.open()).hasSize(10);
    }

    @Test
    void learning_idleCircuitsEndAfterThreeMinutes_andLearningTakesHalfAnHour() {
        world.start();
        world.seconds(30);
        List<FakeCircuit> early = world.open();
        world.minutes(4);
        assertThat(early).noneMatch(FakeCircuit::isOpen);

        world.predicted.onUsed(HTTPS); // somebody is still there
        world.minutes(20);
        world.predicted.onUsed(HTTPS);
        world.minutes(15);

        assertThat(world.timeouts.isLearning()).isFalse();
        assertThat(world.timeouts.buildTimeout()).isLessThan(Duration.ofSeconds(1));
        assertThat(readyFor(HTTPS)).isBetween(2L, 10L);
    }

    @Test
    void learning_parametersOfTheConsensus_areFollowed() {
        world.start(SupplyWorld.network()
                .parameter("cbttestfreq", 60)
                .parameter("cbtmaxopencircs", 4)
                .parameter("cbtlearntimeout", 3600));
        world.seconds(65);
        assertThat(world.launches()).isBetween(2, 3);
        world.minutes(20);

        assertThat(world.open()).hasSize(4);
    }

    @Test
    void learning_disabled_buildsForPortsOnly() {
        world.start(SupplyWorld.network().parameter("cbtdisabled", 1));
        world.minutes(5);

        assertThat(world.launches()).isEqualTo(2);
    }

    @Test
    void save_writesWhatWasLearned() {
        world.start();
        world.minutes(35);
        world.supply.save();

        assertThat(world.store.read(BuildTimeouts.STATE_NAME)).isPresent();
    }
}
