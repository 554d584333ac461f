package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.GuardUse.State;
import org.onion4j.directory.path.NoPathException;

class GuardManagerPropertyTest {
    private static final int STEPS = 300;
    private static final List<GuardFailure> FAILURES = List.of(GuardFailure.values());

    /** Whatever happens to circuits, the network and the clock: the sets keep their rules, and nothing breaks. */
    @Property(tries = 15)
    void anySequenceOfEvents_keepsTheRules(@ForAll long seed) throws Exception {
        RandomSource random = new SeededRandom(seed);
        GuardWorld world = new GuardWorld(seed);
        world.size = 1 + random.nextInt(120);
        world.start();
        List<GuardUse> uses = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            step(world, random, uses);
            GuardStatus status = world.manager.status();
            assertThat(status.primary()).isLessThanOrEqualTo(3);
            assertThat(status.primary()).isLessThanOrEqualTo(status.filtered());
            assertThat(status.filtered()).isLessThanOrEqualTo(status.sampled());
            assertThat(status.sampled()).isLessThanOrEqualTo(Math.max(24, world.size));
        }
        GuardState state = world.manager.state();
        assertThat(GuardState.decode(state.encode())).isEqualTo(state);
    }

    private static void step(GuardWorld world, RandomSource random, List<GuardUse> uses) {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> choose(world, random, uses);
            case 3 -> pick(random, uses).forEach(GuardUse::succeeded);
            case 4 -> pick(random, uses).forEach(use -> use.failed(FAILURES.get(random.nextInt(FAILURES.size()))));
            case 5 -> pick(random, uses).forEach(GuardUse::closed);
            case 6 ->
                pick(random, uses).forEach(use -> {
                    use.answered();
                    use.used(random.nextInt(2) == 0);
                    use.directoryAnswered(random.nextInt(2) == 0);
                });
            case 7 -> world.time.advance(Duration.ofSeconds(random.nextInt(200)));
            case 8 -> world.time.stepWall(Duration.ofSeconds(random.nextInt(7200) - 3600));
            default -> {
                world.unlisted.clear();
                for (int i = 0; i < random.nextInt(20); i++) {
                    world.unlisted.add("g" + random.nextInt(120));
                }
                world.newConsensus();
                world.manager.refresh();
            }
        }
    }

    private static void choose(GuardWorld world, RandomSource random, List<GuardUse> uses) {
        GuardUsage usage = random.nextInt(3) == 0 ? GuardUsage.DIRECTORY : GuardUsage.TRAFFIC;
        GuardRestriction restriction = random.nextInt(2) == 0
                ? GuardRestriction.NONE
                : GuardRestriction.unrelatedTo(world.relay("g" + random.nextInt(world.size)));
        try {
            GuardUse use = world.manager.choose(usage, restriction);
            assertThat(use.state()).isIn(State.USABLE_ON_COMPLETION, State.USABLE_IF_NO_BETTER_GUARD);
            uses.add(use);
        } catch (NoPathException e) {
            assertThat(e.lack()).isEqualTo(NoPathException.Lack.NO_GUARD);
        }
    }

    private static List<GuardUse> pick(RandomSource random, List<GuardUse> uses) {
        return uses.isEmpty() ? List.of() : List.of(uses.get(random.nextInt(uses.size())));
    }

    /** Calls from several threads, reports and listeners included: no deadlock, no exception, no use left over. */
    @Example
    void severalThreads_useTheManagerAtOnce() throws Exception {
        GuardWorld world = new GuardWorld(3).start();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                RandomSource random = new SeededRandom(t);
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 2000; i++) {
                        try {
                            GuardUse use = world.manager.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE);
                            use.onUsable(world.manager::status);
                            if (random.nextInt(3) == 0) {
                                use.failed(GuardFailure.UNREACHABLE);
                            } else {
                                use.answered();
                                use.succeeded();
                            }
                            world.manager.refresh();
                            world.manager.save();
                            use.closed();
                            assertThat(use.state()).isEqualTo(State.DEAD);
                        } catch (NoPathException e) {
                            assertThat(e).isNotNull(); // all failed at one time
                        }
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(world.manager.status().primary()).isEqualTo(3);
    }
}
