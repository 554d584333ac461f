package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.runtime.ThreadScheduler;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.MemoryStateStore;

/** Wishes, answers, ends and the close from many threads at once. */
class CircuitSupplyThreadsTest {
    private static final int ASKERS = 4;
    private static final int WISHES_EACH = 150;
    private static final int PATIENCE_SECONDS = 30;

    private final RandomSource random = new SeededRandom(5);
    private final Queue<FakeAttempt> attempts = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<CircuitLease>> wishes = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ends = new AtomicInteger();
    private final Map<FakeCircuit, Optional<Object>> isolations = new ConcurrentHashMap<>();
    private final ExecutorService relays = Executors.newFixedThreadPool(3);
    private final ExecutorService askers = Executors.newFixedThreadPool(ASKERS);
    private final ThreadScheduler scheduler = new ThreadScheduler(Thread::new);
    private final CircuitSupply supply;

    CircuitSupplyThreadsTest() {
        MemoryStateStore store = new MemoryStateStore();
        Ticker ticker = Ticker.systemTicker();
        Clock clock = Clock.fixed(SupplyWorld.START, ZoneOffset.UTC);
        GuardManager guards = GuardManager.open(store, clock, ticker, random, relay -> true);
        supply = new CircuitSupply(
                (path, view) -> begin(new FakeAttempt(path, this::checkUnlocked)),
                guards,
                BuildTimeouts.open(store, random),
                new PredictedPorts(ticker, random),
                SupplyParameters.DEFAULT,
                clock,
                ticker,
                random,
                scheduler);
        PathSelector selector = PathSelector.of(SupplyWorld.network().view(), PathRules.DEFAULT);
        guards.update(selector);
        supply.setNetwork(selector);
    }

    private void checkUnlocked() {
        if (supply.isLockHeld()) {
            faults.add(new AssertionError("the supply's lock is held"));
        }
    }

    /** Nine in ten get built, on another thread; some of these end soon. */
    private FakeAttempt begin(FakeAttempt attempt) {
        checkUnlocked();
        attempts.add(attempt);
        attempt.openChannel(1 + random.nextInt(1000));
        int fate = random.nextInt(20);
        relays.execute(() -> {
            attempt.reachFirstHop();
            if (fate < 2) {
                attempt.fail(CircuitException.Kind.DESTROYED);
            } else {
                FakeCircuit built = attempt.finish();
                if (fate < 4) {
                    relays.execute(() -> built.end(CircuitException.Kind.DESTROYED));
                }
            }
        });
        return attempt;
    }

    private void ask() {
        for (int i = 0; i < WISHES_EACH; i++) {
            int token = random.nextInt(10);
            Optional<Object> isolation = token == 0 ? Optional.empty() : Optional.of(token);
            CompletableFuture<CircuitLease> wish =
                    supply.lease(SupplyWorld.need(SupplyWorld.HTTPS, isolation.orElse(null)));
            wishes.add(wish);
            wish.whenComplete((lease, failure) -> {
                checkUnlocked();
                ends.incrementAndGet();
                if (failure == null) {
                    use(lease, isolation);
                }
            });
            switch (random.nextInt(20)) {
                case 0 -> wish.cancel(false);
                case 1 -> supply.retireAll();
                case 2 -> supply.save();
                case 3, 4 -> await(wish);
                default -> {}
            }
        }
    }

    private void await(CompletableFuture<CircuitLease> wish) {
        try {
            Uninterruptibles.getUninterruptibly(wish, PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            faults.add(e);
        }
    }

    private void use(CircuitLease lease, Optional<Object> isolation) {
        Optional<Object> before = isolations.putIfAbsent(SupplyWorld.circuit(lease), isolation);
        if (before != null && !before.equals(isolation)) {
            faults.add(new AssertionError(before + " shares with " + isolation));
        }
        if (random.nextInt(10) == 0) {
            lease.failed();
        } else {
            lease.answered();
        }
    }

    @Test
    void t67_manyThreads_noneSharesACircuitAndEachWaiterHearsOnce() throws Exception {
        List<CompletableFuture<Void>> asking = new ArrayList<>();
        for (int i = 0; i < ASKERS; i++) {
            asking.add(CompletableFuture.runAsync(this::ask, askers));
        }
        for (CompletableFuture<Void> one : asking) {
            one.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        supply.close();
        supply.close();
        relays.shutdown();
        askers.shutdown();
        assertThat(Uninterruptibles.awaitTerminationUninterruptibly(relays, PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isTrue();
        scheduler.close();

        assertThat(faults).isEmpty();
        assertThat(wishes).hasSize(ASKERS * WISHES_EACH).allMatch(CompletableFuture::isDone);
        assertThat(ends.get()).isEqualTo(wishes.size());
        assertThat(wishes.stream().filter(wish -> !wish.isCompletedExceptionally()))
                .hasSizeGreaterThan(ASKERS);
        assertThat(attempts.stream()
                        .filter(attempt -> attempt.isUnderWay()
                                || attempt.result().map(FakeCircuit::isOpen).orElse(false))
                        .collect(Collectors.toList()))
                .as("left over")
                .isEmpty();
        assertThat(supply.openCount()).isZero();
    }
}
