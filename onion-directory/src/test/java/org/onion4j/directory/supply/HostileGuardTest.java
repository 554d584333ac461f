package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.GuardFailure;
import org.onion4j.directory.guard.GuardManager;
import org.onion4j.directory.guard.GuardRestriction;
import org.onion4j.directory.guard.GuardUsage;
import org.onion4j.directory.guard.GuardUse;
import org.onion4j.directory.guard.VirtualTime;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.view.SyntheticNetwork;

/** An hour with guards that destroy each circuit at birth, and somebody always asking for one (T85). */
class HostileGuardTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final VirtualTime time = new VirtualTime(Instant.parse("2024-05-17T17:30:00Z"));
    private final LaunchPace pace = new LaunchPace(new SeededRandom(1));
    private final GuardManager guards =
            GuardManager.open(new MemoryStateStore(), time.clock(), time.ticker(), new SeededRandom(2), relay -> true);
    private int toHostile;
    private long firstServedNanos = -1;

    HostileGuardTest() {
        SyntheticNetwork network = new SyntheticNetwork().validAfter(time.now());
        for (int i = 0; i < 100; i++) {
            network.relay("g" + i).flags(RelayFlag.GUARD, RelayFlag.STABLE, RelayFlag.V2_DIR);
        }
        guards.update(PathSelector.of(network.view(), PathRules.DEFAULT));
    }

    @Test
    void t85_oneHostileGuard_anHonestOneServesWithinAMinute() throws Exception {
        GuardUse first = guards.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE);
        first.cancel();
        RsaIdentity hostile = first.relay().rsaIdentity();
        live(hostile::equals);
        assertThat(Duration.ofNanos(firstServedNanos)).isLessThan(Duration.ofMinutes(1));
        assertThat(toHostile).isBetween(3, 120);
    }

    @Test
    void t85_allGuardsHostile_atMost120CircuitsAreBegunInAnHour() throws Exception {
        live(identity -> true);
        assertThat(firstServedNanos).isEqualTo(-1);
        assertThat(toHostile).isBetween(20, 120);
    }

    /** A circuit is wanted each second; one that works lasts ten. */
    private void live(Predicate<RsaIdentity> isHostile) {
        long start = time.ticks();
        long end = start + HOUR.toNanos();
        Set<RsaIdentity> served = new HashSet<>();
        while (time.ticks() < end) {
            long wait = pace.waitNanos(time.ticks());
            if (wait > 0) {
                time.advance(Duration.ofNanos(wait));
                continue;
            }
            try {
                GuardUse use = guards.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE);
                time.advance(Duration.ofMillis(200));
                if (isHostile.test(use.relay().rsaIdentity())) {
                    toHostile++;
                    use.failed(GuardFailure.DESTROYED);
                    pace.failed(time.ticks());
                } else {
                    use.answered();
                    if (use.succeeded() == GuardUse.State.COMPLETE
                            && served.add(use.relay().rsaIdentity())) {
                        firstServedNanos = firstServedNanos < 0 ? time.ticks() - start : firstServedNanos;
                    }
                    pace.reset();
                    time.advance(Duration.ofSeconds(10));
                    use.closed();
                }
            } catch (NoPathException e) {
                pace.failed(time.ticks());
                time.advance(Duration.ofSeconds(1));
            }
        }
    }
}
