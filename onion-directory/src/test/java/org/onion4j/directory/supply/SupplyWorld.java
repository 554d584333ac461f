package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.onion4j.circuit.CircuitException;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.VirtualTime;
import org.onion4j.directory.path.ExitTarget;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.SyntheticNetwork;

/**
 * A circuit supply with real guards in a made-up network, whose circuits do what a test says, at a time of its own. Each
 * call from the supply to the outside is checked not to be made under its lock. For one thread.
 */
final class SupplyWorld {
    static final Instant START = Instant.parse("2024-05-17T17:30:00Z");
    static final int HTTPS = 443;
    static final int SSH = 22;

    final VirtualTime time = new VirtualTime(START);
    final StateStore store = new MemoryStateStore();
    final List<FakeAttempt> attempts = new ArrayList<>();
    final BuildTimeouts timeouts;
    final PredictedPorts predicted;
    final GuardManager guards;
    final CircuitSupply supply;

    /** What becomes of each attempt from now on. */
    Consumer<FakeAttempt> relays;

    SupplyWorld(long seed) {
        this(seed, SupplyParameters.DEFAULT);
    }

    SupplyWorld(long seed, SupplyParameters parameters) {
        RandomSource random = new SeededRandom(seed);
        timeouts = BuildTimeouts.open(store, random);
        predicted = new PredictedPorts(time.ticker(), random);
        guards = GuardManager.open(store, time.clock(), time.ticker(), random, relay -> true);
        supply = new CircuitSupply(
                (path, view) -> {
                    checkUnlocked();
                    FakeAttempt attempt = new FakeAttempt(path, this::checkUnlocked);
                    attempts.add(attempt);
                    relays.accept(attempt);
                    return attempt;
                },
                guards,
                timeouts,
                predicted,
                parameters,
                time.clock(),
                time.ticker(),
                random,
                time);
        relays = this::work;
    }

    /** 20 guards, 20 middles; 20 exits for the web, 6 more for SSH, whose port wants Stable relays. */
    static SyntheticNetwork network() {
        SyntheticNetwork network = new SyntheticNetwork().validAfter(START);
        for (int i = 0; i < 20; i++) {
            network.relay("guard" + i).flags(RelayFlag.GUARD, RelayFlag.STABLE, RelayFlag.V2_DIR);
            network.relay("middle" + i).flags(RelayFlag.STABLE);
            network.relay("exit" + i).exit("accept 80,443");
        }
        for (int i = 0; i < 6; i++) {
            network.relay("ssh" + i).exit("accept 22,80,443").flags(RelayFlag.STABLE);
        }
        return network;
    }

    SupplyWorld start() {
        return start(network());
    }

    SupplyWorld start(SyntheticNetwork network) {
        PathSelector selector = PathSelector.of(network.view(), PathRules.DEFAULT);
        guards.update(selector);
        supply.setNetwork(selector);
        time.settle();
        return this;
    }

    private void checkUnlocked() {
        assertThat(supply.isLockHeld()).as("the supply's lock is held").isFalse();
    }

    // What relays do.

    /** Channel after 100 ms, first hop after 200, the circuit after 400. */
    void work(FakeAttempt attempt) {
        build(attempt, Duration.ofMillis(400));
    }

    /** The circuit is there so long after its launch; channel and first hop after a quarter and a half of that. */
    void build(FakeAttempt attempt, Duration total) {
        time.schedule(() -> attempt.openChannel(time.ticks()), total.dividedBy(4));
        time.schedule(attempt::reachFirstHop, total.dividedBy(2));
        time.schedule(
                () -> {
                    if (attempt.isUnderWay()) {
                        attempt.finish();
                    }
                },
                total);
    }

    /** The guard answers, and then nothing comes any more. */
    void stallAfterFirstHop(FakeAttempt attempt) {
        attempt.openChannel(time.ticks());
        time.schedule(attempt::reachFirstHop, Duration.ofMillis(100));
    }

    /** There is a channel, but no answer. */
    void stayMute(FakeAttempt attempt) {
        attempt.openChannel(time.ticks());
    }

    /** There is no channel. */
    void stayUnconnected(FakeAttempt attempt) {
        assertThat(attempt.isUnderWay()).isTrue();
    }

    /** The guard destroys the circuit at once. */
    void destroy(FakeAttempt attempt) {
        attempt.openChannel(time.ticks());
        time.schedule(() -> attempt.fail(CircuitException.Kind.DESTROYED), Duration.ofMillis(50));
    }

    // What streams want.

    static CircuitNeed need(int port, Object isolation) {
        return new CircuitNeed(ExitTarget.port(port), Optional.ofNullable(isolation), ImmutableSet.of());
    }

    static CircuitNeed refusing(int port, Iterable<RsaIdentity> exits) {
        return new CircuitNeed(ExitTarget.port(port), Optional.empty(), ImmutableSet.copyOf(exits));
    }

    CompletableFuture<CircuitLease> ask(int port, Object isolation) {
        return supply.lease(need(port, isolation));
    }

    /** A circuit that is there within the time that building one takes. */
    FakeCircuit get(int port, Object isolation) {
        return circuit(leaseNow(need(port, isolation)));
    }

    CircuitLease leaseNow(CircuitNeed need) {
        CompletableFuture<CircuitLease> lease = supply.lease(need);
        for (int i = 0; i < 20 && !lease.isDone(); i++) {
            time.advance(Duration.ofMillis(100));
        }
        return lease.getNow(null);
    }

    static FakeCircuit circuit(CircuitLease lease) {
        assertThat(lease).as("a lease").isNotNull();
        return (FakeCircuit) lease.built();
    }

    static FakeCircuit circuit(CompletableFuture<CircuitLease> lease) {
        return circuit(lease.getNow(null));
    }

    // What there is to see.

    void seconds(long seconds) {
        time.advance(Duration.ofSeconds(seconds));
    }

    void minutes(long minutes) {
        time.advance(Duration.ofMinutes(minutes));
    }

    /** Circuits that were built and are not closed. */
    List<FakeCircuit> open() {
        return attempts.stream()
                .flatMap(attempt -> attempt.result().stream())
                .filter(FakeCircuit::isOpen)
                .collect(Collectors.toList());
    }

    List<FakeAttempt> underWay() {
        return attempts.stream().filter(FakeAttempt::isUnderWay).collect(Collectors.toList());
    }

    int launches() {
        return attempts.size();
    }

    /** Learns from 100 circuits of a second and a bit, so that the build timeout is between 1 and 2 seconds. */
    void learn() {
        for (int i = 0; i < 100; i++) {
            timeouts.onBuilt(Duration.ofMillis(1000 + i * 7));
        }
        assertThat(timeouts.buildTimeout()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    /** Closes the supply, and looks whether anything is left. */
    void close() {
        supply.close();
        time.settle();
        assertThat(open()).as("circuits left").isEmpty();
        assertThat(underWay()).as("attempts left").isEmpty();
        assertThat(supply.openCount()).isZero();
    }
}
