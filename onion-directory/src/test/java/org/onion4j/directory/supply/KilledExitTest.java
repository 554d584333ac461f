package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.CircuitException;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.SyntheticNetwork;

/**
 * One of three exits dies while circuits are there through all of them: how long the next stream takes, in the worst of many
 * runs.
 */
class KilledExitTest {
    private static final int RUNS = 150;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private interface DeadExit {
        /** What becomes of a circuit to the exit that is dead. */
        void build(SupplyWorld world, FakeAttempt attempt);
    }

    private static SyntheticNetwork network() {
        SyntheticNetwork network = new SyntheticNetwork().validAfter(SupplyWorld.START);
        for (int i = 0; i < 3; i++) {
            network.relay("guard" + i).flags(RelayFlag.GUARD, RelayFlag.STABLE, RelayFlag.V2_DIR);
            network.relay("middle" + i).flags(RelayFlag.STABLE);
            network.relay("exit" + i).exit("accept 1-65535").flags(RelayFlag.STABLE);
        }
        return network;
    }

    /** How long the stream took in each run, the longest last. */
    private List<Duration> runs(Duration slowness, DeadExit deadExit) {
        List<Duration> times = new ArrayList<>();
        for (int seed = 0; seed < RUNS; seed++) {
            times.add(run(seed, slowness, deadExit));
        }
        Collections.sort(times);
        return times;
    }

    /** @param slowness the longest that a circuit takes */
    private Duration run(int seed, Duration slowness, DeadExit deadExit) {
        SupplyWorld world = new SupplyWorld(seed);
        Random random = new Random(seed);
        boolean[] dead = new boolean[1];
        FakeStreams streams = new FakeStreams(world, (circuit, answer) -> {
            if (!(dead[0] && circuit.exit().equals("exit0"))) {
                world.time.schedule(() -> answer.complete(null), Duration.ofMillis(300));
            }
        });
        world.relays = attempt -> {
            if (dead[0] && attempt.exit().equals("exit0")) {
                deadExit.build(world, attempt);
            } else {
                world.build(attempt, Duration.ofMillis(200 + random.nextInt((int) slowness.toMillis())));
            }
        };
        world.start(network());
        for (int i = 0; i < 6; i++) {
            world.ask(1000 + i, i);
        }
        world.seconds(60 + seed % 60);
        dead[0] = true;
        world.open().stream()
                .filter(circuit -> circuit.exit().equals("exit0"))
                .forEach(circuit -> circuit.end(CircuitException.Kind.DESTROYED));
        Duration time = streams.measure(8080, LIMIT);
        world.close();
        return time;
    }

    private static void destroySoon(SupplyWorld world, FakeAttempt attempt) {
        world.time.schedule(() -> attempt.openChannel(world.time.ticks()), Duration.ofMillis(100));
        world.time.schedule(attempt::reachFirstHop, Duration.ofMillis(200));
        world.time.schedule(() -> attempt.fail(CircuitException.Kind.DESTROYED), Duration.ofMillis(500));
    }

    @Test
    void exitRefusesConnections_theNextStreamTakesSeconds() {
        List<Duration> times = runs(Duration.ofMillis(400), KilledExitTest::destroySoon);
        assertThat(times.get(RUNS / 2)).isLessThan(Duration.ofSeconds(2));
        assertThat(times.get(RUNS - 1)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void exitRefusesConnections_allIsSlow_theNextStreamTakesLessThanHalfAMinute() {
        List<Duration> times = runs(Duration.ofSeconds(8), KilledExitTest::destroySoon);
        assertThat(times.get(RUNS - 1)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void exitIsSilent_theNextStreamTakesLessThanAMinute() {
        List<Duration> times = runs(Duration.ofMillis(400), SupplyWorld::stallAfterFirstHop);
        assertThat(times.get(RUNS - 1)).isLessThan(Duration.ofSeconds(60));
    }
}
