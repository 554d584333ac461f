package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
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

/** Paths of circuits for onion services (T47). */
class InternalPathsTest {
    private static final int DRAWS = 2000;
    private static final int LAYER_TWO = 4;
    private static final int LAYER_THREE = 8;

    private final VirtualTime time = new VirtualTime(SupplyWorld.START);
    private final RandomSource random = new SeededRandom(3);
    private final PathSelector network = selector(SupplyWorld.network());

    private static PathSelector selector(SyntheticNetwork network) {
        return PathSelector.of(network.view(), PathRules.DEFAULT);
    }

    private InternalPaths paths(VanguardMode mode) {
        return new InternalPaths(
                Vanguards.open(mode, new MemoryStateStore(), time.clock(), time.ticker(), random, Runnable::run),
                random);
    }

    private static Relay guard(PathSelector of) {
        return Iterables.find(of.view().relays(), relay -> relay.has(RelayFlag.GUARD));
    }

    private Relay guard() {
        return guard(network);
    }

    private List<Path> drawn(InternalPaths paths, OnionPurpose purpose, Relay end) throws NoPathException {
        List<Path> drawn = new ArrayList<>();
        for (int i = 0; i < DRAWS; i++) {
            drawn.add(paths.draw(network, guard(), purpose, end.rsaIdentity(), Optional.of(end)));
        }
        return drawn;
    }

    /** Others than introduction points and what leads to them are drawn from all that are Fast. */
    @ParameterizedTest
    @EnumSource(OnionPurpose.class)
    void draw_whatIsToLast_hasStableRelaysAlone(OnionPurpose purpose) throws Exception {
        SyntheticNetwork mixed = new SyntheticNetwork();
        for (int i = 0; i < 40; i++) {
            mixed.relay("stable" + i).flags(RelayFlag.GUARD, RelayFlag.FAST, RelayFlag.STABLE, RelayFlag.V2_DIR);
            mixed.relay("fast" + i).flags(RelayFlag.FAST);
        }
        PathSelector of = selector(mixed);
        InternalPaths paths = paths(VanguardMode.LITE);
        Set<Boolean> stable = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            Relay end = guard(of);
            paths.draw(of, Iterables.getLast(of.view().relays()), purpose, end.rsaIdentity(), Optional.of(end))
                    .hops()
                    .subList(2, purpose.length(VanguardMode.LITE) - 1)
                    .forEach(relay -> stable.add(relay.has(RelayFlag.STABLE)));
        }
        boolean isFree = purpose.length(VanguardMode.LITE) > 3;
        assertThat(stable).isEqualTo(!isFree ? Set.of() : purpose.isStable() ? Set.of(true) : Set.of(true, false));
    }

    private List<Path> drawnToAny(InternalPaths paths) throws NoPathException {
        List<Path> drawn = new ArrayList<>();
        for (int i = 0; i < DRAWS; i++) {
            drawn.add(paths.drawToAny(network, guard(), OnionPurpose.CLIENT_RENDEZVOUS, relay -> true));
        }
        return drawn;
    }

    /** The relays at a position, the guard being 1. */
    private static Set<Relay> at(int position, List<Path> paths) {
        Set<Relay> relays = new HashSet<>();
        paths.forEach(path -> relays.add(path.hops().get(position - 1)));
        return relays;
    }

    /** T47: a circuit that ended at a vanguard says something of it; one that ended later, only that it is there. */
    @ParameterizedTest
    @EnumSource
    void t47_learn_passesVanguardsByThatCouldNotBeReached_butNobodyForLaterHops(VanguardMode mode) throws Exception {
        InternalPaths paths = paths(mode);
        List<Path> drawn = drawnToAny(paths);
        Set<Relay> layer = at(2, drawn);
        Path one = drawn.get(0);
        Relay second = one.hops().get(1);
        paths.learn(one, 3, true);
        paths.learn(one, 1, false);
        paths.learn(one, 0, true);
        assertThat(at(2, drawnToAny(paths))).isEqualTo(layer);

        paths.learn(one, 1, true);
        assertThat(at(2, drawnToAny(paths))).hasSize(LAYER_TWO - 1).doesNotContain(second);
        paths.learn(one, 2, true);
        assertThat(at(2, drawnToAny(paths))).as("it has answered again").isEqualTo(layer);
        boolean passedBy = !at(3, drawnToAny(paths)).contains(one.hops().get(2));
        assertThat(passedBy).as("its third hop").isEqualTo(mode == VanguardMode.FULL);
    }

    /** T47: as long as the purpose and the mode want it, by the drawings of proposals 292 and 333. */
    @ParameterizedTest
    @CsvSource({
        "CLIENT_RENDEZVOUS, 3, 4",
        "CLIENT_INTRODUCTION, 4, 5",
        "CLIENT_DIRECTORY, 4, 5",
        "SERVICE_RENDEZVOUS, 4, 5",
        "SERVICE_INTRODUCTION, 4, 4",
        "SERVICE_DIRECTORY, 4, 4"
    })
    void t47_length_isThatOfPurposeAndMode(OnionPurpose purpose, int lite, int full) {
        assertThat(purpose.length(VanguardMode.LITE)).isEqualTo(lite);
        assertThat(purpose.length(VanguardMode.FULL)).isEqualTo(full);
    }

    @ParameterizedTest
    @EnumSource
    void t47_draw_ownLastHop_hasFewSecondHops_andWithFullVanguardsFewThirdOnes(VanguardMode mode) throws Exception {
        InternalPaths paths = paths(mode);
        List<Path> drawn = drawnToAny(paths);
        assertThat(at(1, drawn)).containsExactly(guard());
        assertThat(at(2, drawn)).hasSize(LAYER_TWO).allMatch(relay -> relay.has(RelayFlag.STABLE));
        if (mode == VanguardMode.FULL) {
            assertThat(at(3, drawn)).hasSize(LAYER_THREE).doesNotContainAnyElementsOf(at(2, drawn));
        } else {
            assertThat(at(3, drawn)).hasSizeGreaterThan(50);
        }
        List<Path> more = drawn(
                paths, OnionPurpose.CLIENT_DIRECTORY, network.view().relays().get(9));
        assertThat(at(2, more)).isSubsetOf(at(2, drawn));
        if (mode == VanguardMode.FULL) {
            assertThat(at(3, more)).isSubsetOf(at(3, drawn));
        }
    }

    /** T47: whoever names ends, or is the hop before, can't see that one relay never comes there: our guard. */
    @Test
    void t47_draw_guardMayBeTheEnd_andTheFourthHop() throws Exception {
        assertThat(at(4, drawn(paths(VanguardMode.LITE), OnionPurpose.CLIENT_DIRECTORY, guard())))
                .containsExactly(guard());
        InternalPaths full = paths(VanguardMode.FULL);
        assertThat(at(5, drawn(full, OnionPurpose.CLIENT_DIRECTORY, guard()))).containsExactly(guard());
        Relay other = network.view().relays().get(9);
        assertThat(at(4, drawn(full, OnionPurpose.CLIENT_DIRECTORY, other))).contains(guard());
        assertThat(at(4, drawnToAny(full))).contains(guard());
        assertThat(at(3, drawnToAny(paths(VanguardMode.LITE)))).doesNotContain(guard());
    }

    /** T47: which relays are rendezvous points doesn't depend on who our vanguards are. */
    @ParameterizedTest
    @EnumSource
    void t47_drawToAny_vanguardsAreEndsAsOftenAsOthers(VanguardMode mode) throws Exception {
        List<Path> drawn = drawnToAny(paths(mode));
        Set<Relay> second = at(2, drawn);
        long ends = drawn.stream().filter(path -> second.contains(path.last())).count();
        // of 66 relays four are of layer two: 121 of 2000; excluded from their own paths they would be 91
        assertThat(ends).isBetween(100L, 145L);
    }

    /** T47: somebody who names one of few vanguards as the end of circuits doesn't drive us to others. */
    @ParameterizedTest
    @CsvSource({"LITE, guard-hs-l2-number, 2", "FULL, guard-hs-l2-number, 2", "FULL, guard-hs-l3-number, 3"})
    void t47_draw_allOfALayerExcluded_fails(VanguardMode mode, String parameter, int position) throws Exception {
        PathSelector one = selector(SupplyWorld.network().parameter(parameter, 1));
        InternalPaths paths = paths(mode);
        Relay only = paths.drawToAny(one, guard(one), OnionPurpose.CLIENT_RENDEZVOUS, relay -> true)
                .hops()
                .get(position - 1);
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> paths.draw(
                            one, guard(one), OnionPurpose.CLIENT_INTRODUCTION, only.rsaIdentity(), Optional.of(only)))
                    .isInstanceOf(NoPathException.class);
            Path own = paths.drawToAny(one, guard(one), OnionPurpose.CLIENT_RENDEZVOUS, relay -> true);
            assertThat(own.hops().get(position - 1)).isSameAs(only);
            assertThat(own.last()).isNotSameAs(only);
        }
    }

    /** What was found out by trying: where the only vanguard was to be the end, another end is drawn. */
    @ParameterizedTest
    @EnumSource
    void drawToAny_onlyTheVanguardFits_fails(VanguardMode mode) throws Exception {
        PathSelector one = selector(SupplyWorld.network().parameter("guard-hs-l2-number", 1));
        InternalPaths paths = paths(mode);
        Relay only = paths.drawToAny(one, guard(one), OnionPurpose.CLIENT_RENDEZVOUS, relay -> true)
                .hops()
                .get(1);
        assertThatThrownBy(() -> paths.drawToAny(one, guard(one), OnionPurpose.CLIENT_RENDEZVOUS, only::equals))
                .isInstanceOf(NoPathException.class);
    }

    @ParameterizedTest
    @EnumSource
    void draw_tooFewRelays_fails(VanguardMode mode) {
        SyntheticNetwork small = new SyntheticNetwork().validAfter(SupplyWorld.START);
        small.relay("one").flags(RelayFlag.GUARD, RelayFlag.STABLE);
        small.relay("two").flags(RelayFlag.STABLE);
        PathSelector few = selector(small);
        assertThatThrownBy(() -> paths(mode).drawToAny(few, guard(few), OnionPurpose.CLIENT_RENDEZVOUS, relay -> true))
                .isInstanceOf(NoPathException.class);
    }

    /** No relay is Stable, so there are no vanguards; circuits are as long as ever. */
    @ParameterizedTest
    @EnumSource
    void draw_networkWithoutStableRelays_takesOthers(VanguardMode mode) throws Exception {
        SyntheticNetwork unstable = new SyntheticNetwork().validAfter(SupplyWorld.START);
        for (int i = 0; i < 6; i++) {
            unstable.relay("relay" + i).flags(RelayFlag.GUARD);
        }
        PathSelector of = selector(unstable);
        Path path = paths(mode).drawToAny(of, guard(of), OnionPurpose.CLIENT_RENDEZVOUS, relay -> true);
        assertThat(path.length()).isEqualTo(OnionPurpose.CLIENT_RENDEZVOUS.length(mode));
    }
}
