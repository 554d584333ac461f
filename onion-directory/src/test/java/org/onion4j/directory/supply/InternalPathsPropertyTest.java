package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.VanguardMode;
import org.onion4j.directory.guard.Vanguards;
import org.onion4j.directory.guard.VirtualTime;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.view.Relay;
import org.onion4j.directory.view.SyntheticNetwork;

/** T47: paths of all kinds of circuits for onion services, in random networks that change as time goes on. */
class InternalPathsPropertyTest {
    private static final int LAYER_TWO = 4;
    private static final int LAYER_THREE = 8;
    private static final int ROUNDS = 8;
    /** Networks that have twice as many Stable relays as vanguards are needed never do without. */
    private static final int ENOUGH_STABLE = 30;

    private final VirtualTime time = new VirtualTime(SupplyWorld.START);

    private static PathSelector network(RandomSource random, int relays, int stablePercent) {
        SyntheticNetwork network = new SyntheticNetwork().validAfter(SupplyWorld.START);
        for (int i = 0; i < relays; i++) {
            SyntheticNetwork.RelayBuilder relay = network.relay("relay" + random.nextInt(relays * 2) + "-" + i)
                    .weight(1 + random.nextInt(5000));
            List<RelayFlag> flags = new ArrayList<>();
            if (random.nextInt(100) < stablePercent) {
                flags.add(RelayFlag.STABLE);
            }
            if (i < 3 || random.nextInt(3) == 0) {
                flags.add(RelayFlag.GUARD);
            }
            if (random.nextInt(20) == 0) {
                flags.add(RelayFlag.MIDDLE_ONLY);
            }
            relay.flags(flags.toArray(new RelayFlag[0]));
            if (random.nextInt(20) == 0) {
                relay.withoutMicrodescriptor();
            }
        }
        return PathSelector.of(network.view(), PathRules.DEFAULT);
    }

    private static Relay any(List<Relay> relays, RandomSource random) {
        return relays.get(random.nextInt(relays.size()));
    }

    @Property(tries = 100)
    void t47_paths_keepToTheRules(
            @ForAll long seed,
            @ForAll VanguardMode mode,
            @ForAll @IntRange(min = 6, max = 80) int relays,
            @ForAll @IntRange(min = 0, max = 100) int stablePercent) {
        RandomSource random = new SeededRandom(seed);
        Vanguards vanguards =
                Vanguards.open(mode, new MemoryStateStore(), time.clock(), time.ticker(), random, Runnable::run);
        InternalPaths paths = new InternalPaths(vanguards, random);
        for (int round = 0; round < ROUNDS; round++) {
            PathSelector network = network(random, relays, stablePercent);
            Relay guard = any(network.view().relays(), random);
            Set<Relay> second = new HashSet<>();
            Set<Relay> third = new HashSet<>();
            for (OnionPurpose purpose : OnionPurpose.values()) {
                for (int i = 0; i < 4; i++) {
                    check(draw(paths, network, guard, purpose, random), purpose, mode, guard, second, third);
                }
            }
            long stable = network.view().relays().stream()
                    .filter(relay -> relay.has(RelayFlag.STABLE))
                    .count();
            if (stable >= ENOUGH_STABLE) {
                assertThat(second).hasSizeLessThanOrEqualTo(LAYER_TWO);
                assertThat(second).allMatch(relay -> relay.has(RelayFlag.STABLE));
                if (mode == VanguardMode.FULL) {
                    assertThat(third).hasSizeLessThanOrEqualTo(LAYER_THREE).doesNotContainAnyElementsOf(second);
                }
            }
            time.advance(Duration.ofHours(1 + random.nextInt(200)));
        }
    }

    /** With the relay that was the target; the path ends there, or before it where another describes that relay. */
    private record Drawn(List<Relay> hops) {}

    private Optional<Drawn> draw(
            InternalPaths paths, PathSelector network, Relay guard, OnionPurpose purpose, RandomSource random) {
        try {
            if (purpose == OnionPurpose.CLIENT_RENDEZVOUS) {
                Path path = paths.drawToAny(
                        network,
                        guard,
                        purpose,
                        relay -> relay.ed25519Identity().isPresent());
                assertThat(path.last().has(RelayFlag.MIDDLE_ONLY)).isFalse();
                return Optional.of(new Drawn(path.hops()));
            }
            Relay target = random.nextInt(4) == 0 ? guard : any(network.view().relays(), random);
            boolean described = random.nextInt(2) == 0;
            Path path = paths.draw(
                    network, guard, purpose, target.rsaIdentity(), described ? Optional.empty() : Optional.of(target));
            List<Relay> hops = new ArrayList<>(path.hops());
            if (described) {
                hops.add(target);
            }
            return Optional.of(new Drawn(hops));
        } catch (NoPathException e) {
            return Optional.empty(); // the network is too small, or keys of vanguards are missing
        }
    }

    private static void check(
            Optional<Drawn> drawn,
            OnionPurpose purpose,
            VanguardMode mode,
            Relay guard,
            Set<Relay> second,
            Set<Relay> third) {
        if (!drawn.isPresent()) {
            return;
        }
        List<Relay> hops = drawn.get().hops();
        Relay target = hops.get(hops.size() - 1);
        assertThat(hops).hasSize(purpose.length(mode));
        assertThat(hops.get(0)).isSameAs(guard);
        for (int i = 1; i < hops.size(); i++) {
            assertThat(hops.get(i)).as("next to itself").isNotSameAs(hops.get(i - 1));
            if (i > 1) {
                assertThat(hops.get(i)).as("with one relay between").isNotSameAs(hops.get(i - 2));
            }
        }
        assertThat(new HashSet<>(hops.subList(1, hops.size())))
                .as("beyond the guard each relay comes once")
                .hasSize(hops.size() - 1);
        int layers = mode == VanguardMode.FULL ? 3 : 2;
        assertThat(hops.subList(1, layers)).doesNotContain(guard, target);
        assertThat(hops.subList(1, hops.size() - 1)).allMatch(Relay::hasMicrodescriptor);
        second.add(hops.get(1));
        if (mode == VanguardMode.FULL) {
            third.add(hops.get(2));
        }
    }
}
