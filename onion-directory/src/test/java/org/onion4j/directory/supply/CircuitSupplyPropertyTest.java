package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.onion4j.circuit.CircuitException;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;

/** Any order of wishes, answers, failures, ends and times. */
class CircuitSupplyPropertyTest {
    private static final Duration MAX_DIRTINESS = SupplyParameters.DEFAULT.maxDirtiness();

    /** What a circuit was given for. */
    private record Given(Optional<Object> isolation, long firstNanos) {}

    private static final class Life {
        private final SupplyWorld world;
        private final RandomSource random;
        private final List<CompletableFuture<CircuitLease>> wishes = new ArrayList<>();
        private final List<CircuitLease> leases = new ArrayList<>();
        private final Map<FakeCircuit, Given> given = new HashMap<>();
        private int ends;

        private Life(long seed) {
            world = new SupplyWorld(seed);
            random = new SeededRandom(seed + 1);
            world.relays = this::behave;
            world.start();
        }

        private void behave(FakeAttempt attempt) {
            switch (random.nextInt(8)) {
                case 0 -> world.destroy(attempt);
                case 1 -> world.stallAfterFirstHop(attempt);
                case 2 -> world.stayMute(attempt);
                case 3 -> world.build(attempt, Duration.ofSeconds(1 + random.nextInt(70)));
                case 4 -> attempt.finish(); // before the supply has even heard of the attempt
                default -> world.work(attempt);
            }
        }

        private void step(int kind) {
            switch (kind % 16) {
                case 0, 1, 2, 3, 4 -> ask();
                case 5 -> wishes.get(pick(wishes)).cancel(false);
                case 6 -> leases.get(pick(leases)).answered();
                case 7 -> leases.get(pick(leases)).failed();
                case 8 -> withOpen(circuit -> circuit.end(CircuitException.Kind.DESTROYED));
                case 9 -> withOpen(circuit -> circuit.setStreams(random.nextInt(3)));
                case 10 -> world.minutes(random.nextInt(12));
                case 11 -> retire();
                default -> world.time.advance(Duration.ofMillis(random.nextInt(4000)));
            }
        }

        private int pick(List<?> list) {
            if (list.isEmpty()) {
                ask();
                world.minutes(3);
            }
            return list.isEmpty() ? fail() : random.nextInt(list.size());
        }

        private static int fail() {
            throw new AssertionError("nobody was served in three minutes");
        }

        private void withOpen(Consumer<FakeCircuit> action) {
            List<FakeCircuit> open = world.open();
            if (!open.isEmpty()) {
                action.accept(open.get(random.nextInt(open.size())));
            }
        }

        private void retire() {
            List<FakeCircuit> before = world.open();
            world.supply.retireAll();
            before.forEach(circuit -> given.put(circuit, new Given(Optional.of(this), 0))); // for nobody any more
            world.time.settle();
        }

        private void ask() {
            int port = random.nextInt(3) == 0 ? SupplyWorld.SSH : SupplyWorld.HTTPS;
            int token = random.nextInt(5);
            Optional<Object> isolation = token == 0 ? Optional.empty() : Optional.of("token " + token);
            CompletableFuture<CircuitLease> wish = world.ask(port, isolation.orElse(null));
            wishes.add(wish);
            wish.whenComplete((lease, failure) -> {
                ends++;
                if (failure == null) {
                    leases.add(lease);
                    check(SupplyWorld.circuit(lease), port, isolation);
                }
            });
        }

        private void check(FakeCircuit circuit, int port, Optional<Object> isolation) {
            long now = world.time.ticks();
            assertThat(circuit.isOpen()).isTrue();
            assertThat(circuit.path.last().ipv4Policy().allows(port)).isTrue();
            Given before = given.putIfAbsent(circuit, new Given(isolation, now));
            if (before != null) {
                assertThat(before.isolation()).isEqualTo(isolation);
                if (!isolation.isPresent()) {
                    assertThat(Duration.ofNanos(now - before.firstNanos())).isLessThan(MAX_DIRTINESS);
                }
            }
        }

        private void end() {
            world.close();
            int launches = world.launches();
            world.minutes(2); // the relays' own timers end
            assertThat(world.launches()).isEqualTo(launches);
            assertThat(wishes).allMatch(CompletableFuture::isDone);
            assertThat(ends).isEqualTo(wishes.size());
            assertThat(world.time.timers()).isZero();
        }
    }

    @Property(tries = 60)
    void t67_anyLife_neverSharesACircuitAndLeavesNothing(
            @ForAll long seed, @ForAll @Size(min = 20, max = 150) List<Byte> steps) {
        Life life = new Life(seed);
        for (byte step : steps) {
            life.step(step & 0xff);
        }
        life.end();
    }
}
