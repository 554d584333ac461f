package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.GuardUse.State;

/** Seventy days of a client whose network comes and goes (T77). */
class GuardOutageTest {
    private static final Duration LENGTH = Duration.ofDays(70);

    /** A time without network. */
    private record Outage(Instant from, Instant to) {}

    private static final class Life {
        private final GuardWorld world;
        private final RandomSource random;
        private final List<Outage> outages = new ArrayList<>();
        private final Map<RsaIdentity, Instant> firstUse = new HashMap<>();
        private final Map<RsaIdentity, Instant> gone = new HashMap<>();
        private final Set<RsaIdentity> touched = new HashSet<>();
        private int past; // outages
        private int outsidePrimary;
        private int circuits;
        private int failures;
        private Instant nextConsensus;

        private Life(long seed) {
            this.world = new GuardWorld(seed).start();
            this.random = new SeededRandom(seed + 1000);
            this.nextConsensus = world.time.now().plus(Duration.ofHours(1));
            planOutages();
        }

        /** About one outage each 5 hours: most of seconds or minutes, in bursts, some of hours, a few of days. */
        private void planOutages() {
            Instant at = GuardWorld.START.plusSeconds(600);
            Instant end = GuardWorld.START.plus(LENGTH);
            while (at.isBefore(end)) {
                at = at.plusSeconds(random.nextInt(8 * 3600));
                int kind = random.nextInt(20);
                int bursts = kind < 8 ? 1 + random.nextInt(15) : 1;
                int longest = kind < 8 ? 60 : kind < 16 ? 1200 : kind < 19 ? 10 * 3600 : 3 * 86400;
                for (int i = 0; i < bursts; i++) {
                    Instant to = at.plusSeconds(1 + random.nextInt(longest));
                    outages.add(new Outage(at, to));
                    at = to.plusSeconds(1 + random.nextInt(90));
                }
            }
        }

        private boolean isUp() {
            Instant now = world.time.now();
            while (past < outages.size() && !now.isBefore(outages.get(past).to)) {
                past++;
            }
            return past == outages.size() || now.isBefore(outages.get(past).from);
        }

        private void live() {
            Instant end = GuardWorld.START.plus(LENGTH);
            int failed = 0;
            while (world.time.now().isBefore(end)) {
                if (world.time.now().isAfter(nextConsensus) && isUp()) {
                    world.newConsensus();
                    nextConsensus = world.time.now().plus(Duration.ofHours(1 + random.nextInt(2)));
                    noteGone();
                }
                boolean good = tryCircuit();
                failed = good ? 0 : failed + 1;
                int wait = good ? 1 + random.nextInt(1200) : Math.min(60, 1 << Math.min(6, failed / 4));
                world.time.advance(Duration.ofSeconds(wait));
                world.manager.refresh();
            }
        }

        /** One or two circuits at a time, one in ten to an exit that is kin of a guard in use. */
        private boolean tryCircuit() {
            List<GuardUse> uses = new ArrayList<>();
            int parallel = 1 + random.nextInt(2);
            for (int i = 0; i < parallel; i++) {
                GuardRestriction restriction = GuardRestriction.NONE;
                if (random.nextInt(10) == 0) {
                    RsaIdentity kin = world.manager.primaryIdentities().get(0);
                    restriction = GuardRestriction.unrelatedTo(
                            world.selector.view().relay(kin).orElseThrow());
                }
                try {
                    uses.add(world.manager.choose(GuardUsage.TRAFFIC, restriction));
                } catch (org.onion4j.directory.path.NoPathException e) {
                    failures++;
                }
            }
            // some attempts fail at once, others hang and may see the network come back
            world.time.advance(Duration.ofMillis(random.nextInt(2) == 0 ? 300 : random.nextInt(30_000)));
            boolean up = isUp();
            boolean good = false;
            for (GuardUse use : uses) {
                if (up) {
                    touched.add(use.relay().rsaIdentity());
                    good |= use.succeeded() == State.COMPLETE;
                } else {
                    failures++;
                    use.failed(GuardFailure.UNREACHABLE);
                }
            }
            for (GuardUse use : uses) {
                if (use.state() == State.COMPLETE) {
                    noteUsed(use.relay().rsaIdentity());
                }
                if (use.state() != State.WAITING_FOR_BETTER_GUARD) {
                    use.closed();
                } else {
                    use.onUsable(() -> noteUsed(use.relay().rsaIdentity()));
                }
            }
            return good;
        }

        private void noteUsed(RsaIdentity identity) {
            circuits++;
            firstUse.putIfAbsent(identity, world.time.now());
            if (!world.manager.primaryIdentities().contains(identity)) {
                outsidePrimary++;
            }
        }

        private void noteGone() {
            Set<RsaIdentity> sampled = new HashSet<>();
            world.manager.state().guards().forEach(guard -> sampled.add(guard.identity()));
            for (RsaIdentity used : firstUse.keySet()) {
                if (!sampled.contains(used)) {
                    gone.putIfAbsent(used, world.time.now());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void t77_outagesForSeventyDays_firstHopsStayWithinThePrimaryGuards(long seed) {
        Life life = new Life(seed);
        Set<RsaIdentity> primary = new HashSet<>(life.world.manager.primaryIdentities());
        life.live();
        assertThat(life.circuits).isGreaterThan(3000);
        assertThat(life.failures).isGreaterThan(300);
        assertThat(life.outsidePrimary).isZero();
        assertThat(life.touched.size() - life.firstUse.size()).isLessThan(10); // tried in an outage, never used
        Instant early = GuardWorld.START.plus(Duration.ofDays(48));
        life.firstUse.forEach((guard, at) ->
                assertThat(at.isAfter(early) || primary.contains(guard)).isTrue());
        assertThat(life.gone).isNotEmpty();
        life.gone.forEach((guard, at) -> assertThat(Duration.between(life.firstUse.get(guard), at))
                .isBetween(Duration.ofDays(48), Duration.ofDays(64))); // seen up to some days late, in an outage
    }
}
