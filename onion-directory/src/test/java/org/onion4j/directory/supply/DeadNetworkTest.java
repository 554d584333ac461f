package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;

/**
 * T78: the device changes networks, and nothing comes over the old links any more, nor any word that they are dead.
 */
class DeadNetworkTest {
    private static final Duration WITHOUT_HINT = Duration.ofSeconds(60);
    private static final Duration WITH_HINT = Duration.ofSeconds(10);

    private final List<FakeLink> links = new ArrayList<>();
    private int networks; // how often the device has changed
    private boolean down;
    private SupplyWorld world;
    private LinkWatch watch;
    private FakeStreams streams;

    private void start(int seed) {
        world = new SupplyWorld(seed);
        watch = new LinkWatch(world.time, new LinkWatch.Quiet() {
            @Override
            public boolean any() {
                return false;
            }

            @Override
            public List<FakeLink> links() {
                return List.of();
            }
        });
        streams = new FakeStreams(world, this::ask);
        world.learn();
        world.relays = this::connect;
        world.start();
        world.seconds(30);
        assertThat(world.open()).isNotEmpty();
    }

    private void connect(FakeAttempt attempt) {
        for (FakeLink link : links) {
            if (link.isOpen() && link.guard.equals(attempt.guard())) {
                build(link, attempt);
                return;
            }
        }
        boolean reachable = !down; // a packet that is lost is sent again long after
        int network = networks;
        world.time.schedule(
                () -> {
                    if (reachable && attempt.isUnderWay()) {
                        FakeLink link = new FakeLink(attempt.guard(), world.time, () -> !down && network == networks);
                        links.add(link);
                        build(link, attempt);
                    } else if (attempt.isUnderWay()) {
                        world.time.schedule(
                                () -> attempt.fail(new ChannelException(ChannelException.Kind.TIMEOUT, "test")),
                                Duration.ofSeconds(60));
                    }
                },
                Duration.ofMillis(500));
    }

    private void build(FakeLink link, FakeAttempt attempt) {
        link.build(attempt);
        watch.expect(link, attempt.firstHop());
    }

    private void dropLinks() {
        links.forEach(link -> link.drop(ChannelException.Kind.CLOSED));
    }

    private void ask(FakeCircuit circuit, CompletableFuture<Void> answer) {
        watch.expect(circuit.link(), answer);
        circuit.link().answer(() -> answer.complete(null));
    }

    /** How long a stream takes that is asked for now. */
    private Duration stream(Duration limit) {
        Duration time = streams.measure(SupplyWorld.HTTPS, limit);
        assertThat(time).as("until a stream works").isLessThan(limit);
        return time;
    }

    private Set<String> guardsSince(int attempts) {
        Set<String> guards = new HashSet<>();
        world.attempts.subList(attempts, world.launches()).forEach(attempt -> guards.add(attempt.guard()));
        return guards;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void t78_oldLinksSilentlyDead_withoutAHint_aStreamWorksWithinAMinute(int seed) {
        start(seed);
        stream(Duration.ofSeconds(5));
        int before = world.launches();
        networks++;

        assertThat(stream(WITHOUT_HINT)).isLessThan(Duration.ofSeconds(25));
        assertThat(guardsSince(before))
                .as("no further than the next primary guard")
                .hasSizeLessThanOrEqualTo(2);
        assertThat(world.guards.status().primaryDown()).isZero();
        world.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void t78_oldLinksSilentlyDead_withAHint_aStreamWorksWithinTenSeconds(int seed) {
        start(seed);
        stream(Duration.ofSeconds(5));
        networks++;
        dropLinks();
        world.guards.networkChanged();
        world.supply.networkChanged();

        assertThat(stream(WITH_HINT)).isLessThan(Duration.ofSeconds(3));
        assertThat(world.guards.status().primaryDown()).isZero();
        world.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void t78_noNetworkForAWhile_thenAHint_noBackOffIsKept(int seed) {
        start(seed);
        down = true;
        CompletableFuture<Void> waiting = streams.open(SupplyWorld.HTTPS);
        world.minutes(10);
        down = false;
        networks++;
        dropLinks();
        world.guards.networkChanged();
        world.supply.networkChanged();

        stream(WITH_HINT);
        assertThat(waiting).isCompleted();
        world.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void t78_noNetworkForAWhile_withoutAHint_aStreamWorksWithinAMinute(int seed) {
        start(seed);
        down = true;
        streams.open(SupplyWorld.HTTPS);
        world.minutes(10);
        down = false;
        networks++;

        stream(WITHOUT_HINT);
        world.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void t78_hintWhileCircuitsAreBuilt_blamesNoGuard(int seed) {
        start(seed);
        down = true;
        world.supply.lease(SupplyWorld.need(SupplyWorld.SSH, null));
        dropLinks(); // and hears of it before the supply is told
        world.guards.networkChanged();
        world.supply.networkChanged();
        down = false;

        stream(WITH_HINT);
        assertThat(world.guards.status().primaryDown()).isZero();
        assertThat(world.attempts.stream().flatMap(attempt -> attempt.cancelled().stream()))
                .doesNotContain(CircuitException.Kind.TIMEOUT);
        world.close();
    }
}
