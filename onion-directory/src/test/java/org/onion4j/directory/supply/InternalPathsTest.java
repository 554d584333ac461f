package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.LayerTwoGuards;
import org.onion4j.directory.guard.VirtualTime;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Path;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.view.Relay;
import org.onion4j.directory.view.SyntheticNetwork;

/** Paths of circuits for onion services, and the relays of layer two. */
class InternalPathsTest {
    private static final int DRAWS = 2000;
    private static final int LAYER_TWO = 4;

    private final VirtualTime time = new VirtualTime(SupplyWorld.START);
    private final RandomSource random = new SeededRandom(3);
    private final LayerTwoGuards layerTwo = new LayerTwoGuards(time.clock(), time.ticker(), random);
    private final InternalPaths paths = new InternalPaths(layerTwo, random);
    private final PathSelector network = selector(SupplyWorld.network());

    private static PathSelector selector(SyntheticNetwork network) {
        return PathSelector.of(network.view(), PathRules.DEFAULT);
    }

    private Relay guard() {
        return network.view().relays().stream()
                .filter(relay -> relay.has(RelayFlag.GUARD))
                .findFirst()
                .orElseThrow();
    }

    private Set<Relay> seconds(Optional<Relay> end) throws NoPathException {
        Set<Relay> seconds = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            Path path =
                    paths.draw(network, guard(), end.map(Relay::rsaIdentity), end, relay -> relay.has(RelayFlag.FAST));
            List<Relay> hops = path.hops();
            assertThat(hops).hasSize(end.isPresent() ? 4 : 3);
            assertThat(hops.get(0)).isSameAs(guard());
            assertThat(new HashSet<>(hops.subList(0, 3))).hasSize(3);
            end.ifPresent(last -> {
                assertThat(path.last()).isSameAs(last);
                assertThat(hops.subList(1, 3)).doesNotContain(last);
            });
            seconds.add(hops.get(1));
        }
        return seconds;
    }

    /** T47: three hops of our own, the second one always of the same few. */
    @Test
    void t47_draw_ownLastHop_hasFewSecondHops() throws NoPathException {
        Set<Relay> first = seconds(Optional.empty());
        assertThat(first).hasSize(LAYER_TWO).allMatch(relay -> relay.has(RelayFlag.STABLE));
        assertThat(seconds(Optional.empty())).isEqualTo(first);
    }

    /** T47: four where somebody else chose the last one, which tells nothing of the guard. */
    @Test
    void t47_draw_lastHopOfOthers_comesNowhereElse_butMayBeTheGuard() throws NoPathException {
        assertThat(seconds(Optional.of(guard()))).hasSizeBetween(LAYER_TWO - 1, LAYER_TWO);
        Relay inLayerTwo = seconds(Optional.empty()).iterator().next();
        assertThat(seconds(Optional.of(inLayerTwo))).doesNotContain(inLayerTwo).hasSize(LAYER_TWO - 1);
    }

    /** T47: a relay of layer two serves for days, and is replaced when it loses a flag. */
    @Test
    void t47_layerTwo_isReplacedByTimeAndByFlags() {
        Set<Relay> members = members(network);
        time.advance(Duration.ofHours(20));
        assertThat(members(network)).isEqualTo(members);
        time.advance(Duration.ofDays(12));
        assertThat(members(network)).doesNotContainAnyElementsOf(members).hasSize(LAYER_TWO);

        SyntheticNetwork without = new SyntheticNetwork().validAfter(SupplyWorld.START);
        for (int i = 0; i < 10; i++) {
            without.relay("new" + i).flags(RelayFlag.STABLE);
        }
        PathSelector other = selector(without);
        assertThat(members(other))
                .hasSize(LAYER_TWO)
                .isSubsetOf(Set.copyOf(other.view().relays()));
    }

    private Set<Relay> members(PathSelector of) {
        Set<Relay> members = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            members.add(layerTwo.draw(of, guard(), relay -> true).relay().orElseThrow());
        }
        return members;
    }

    /** T47: somebody who names one of few second hops as the end of circuits doesn't drive us to others. */
    @Test
    void t47_draw_allOfLayerTwoExcluded_fails() throws NoPathException {
        PathSelector one = selector(SupplyWorld.network().parameter("guard-hs-l2-number", 1));
        Relay guard = one.view().relays().stream()
                .filter(relay -> relay.has(RelayFlag.GUARD))
                .findFirst()
                .orElseThrow();
        Relay second = paths.draw(one, guard, Optional.empty(), Optional.empty(), relay -> true)
                .hops()
                .get(1);
        assertThat(second).isNotSameAs(guard);
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> paths.draw(
                            one, guard, Optional.of(second.rsaIdentity()), Optional.of(second), relay -> true))
                    .isInstanceOf(NoPathException.class);
            assertThat(paths.draw(one, guard, Optional.empty(), Optional.empty(), relay -> true)
                            .hops()
                            .get(1))
                    .isSameAs(second);
        }
    }

    @Test
    void draw_tooFewRelays_fails() {
        SyntheticNetwork small = new SyntheticNetwork().validAfter(SupplyWorld.START);
        small.relay("one").flags(RelayFlag.GUARD, RelayFlag.STABLE);
        small.relay("two").flags(RelayFlag.STABLE);
        PathSelector few = selector(small);
        Relay first = few.view().relays().get(0);
        assertThatThrownBy(() -> paths.draw(few, first, Optional.empty(), Optional.empty(), relay -> true))
                .isInstanceOf(NoPathException.class);
    }
}
