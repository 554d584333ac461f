package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.Iterables;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.path.PathRules;
import org.onion4j.directory.path.PathSelector;
import org.onion4j.directory.state.DirectoryStateStore;
import org.onion4j.directory.state.FileOperations;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateNotice;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.Relay;
import org.onion4j.directory.view.SyntheticNetwork;

/** The relays of layers two and three, as time goes on, as relays come and go, and from run to run (T47). */
class VanguardsTest {
    private static final Instant START = Instant.parse("2024-05-17T17:30:00Z");
    private static final int DRAWS = 500;
    private static final int LAYER_TWO = 4;
    private static final int LAYER_THREE = 8;

    private final VirtualTime time = new VirtualTime(START);
    private final RandomSource random = new SeededRandom(5);
    private final StateStore store = new MemoryStateStore();
    private final PathSelector network = selector(network());

    private static SyntheticNetwork network() {
        SyntheticNetwork network = new SyntheticNetwork().validAfter(START);
        network.relay("guard").flags(RelayFlag.GUARD, RelayFlag.STABLE);
        for (int i = 0; i < 60; i++) {
            network.relay("stable" + i).flags(RelayFlag.STABLE);
            network.relay("unstable" + i);
        }
        return network;
    }

    private static PathSelector selector(SyntheticNetwork network) {
        return PathSelector.of(network.view(), PathRules.DEFAULT);
    }

    private Vanguards open(VanguardMode mode) {
        return open(mode, store);
    }

    private Vanguards open(VanguardMode mode, StateStore from) {
        return Vanguards.open(mode, from, time.clock(), time.ticker(), random, time);
    }

    private static Relay guard(PathSelector of) {
        return Iterables.find(of.view().relays(), relay -> relay.has(RelayFlag.GUARD));
    }

    private static Set<Relay> layer(Vanguards vanguards, int position, PathSelector of) {
        Set<Relay> members = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            Vanguards.Draw draw = position == 2
                    ? vanguards.drawSecond(of, guard(of), relay -> true)
                    : vanguards.drawThird(of, guard(of), relay -> true);
            assertThat(draw.complete()).isTrue();
            members.add(draw.relay().orElseThrow());
        }
        return members;
    }

    private Set<Relay> layer(Vanguards vanguards, int position) {
        return layer(vanguards, position, network);
    }

    /** When those of a layer began to serve, as it is saved. */
    private Set<Instant> choiceTimes(int layer) {
        time.settle();
        return VanguardStateCodec.decode(store.read(Vanguards.STATE_NAME).orElseThrow()).readable().stream()
                .filter(record -> record.layer() == layer)
                .map(VanguardRecord::chosenOn)
                .collect(Collectors.toSet());
    }

    @Test
    void t47_lite_servesForDays_andIsReplacedByTime() {
        Vanguards lite = open(VanguardMode.LITE);
        Set<Relay> members = layer(lite, 2);
        assertThat(members).hasSize(LAYER_TWO);
        time.advance(Duration.ofHours(20));
        assertThat(layer(lite, 2)).isEqualTo(members);
        time.advance(Duration.ofDays(12));
        assertThat(layer(lite, 2)).hasSize(LAYER_TWO).isNotEqualTo(members);
        assertThatThrownBy(() -> lite.drawThird(network, guard(network), relay -> true))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void t47_lite_isInMemoryAlone_andLeavesWhatFullSaved() {
        Vanguards full = open(VanguardMode.FULL);
        Set<Relay> members = layer(full, 2);
        time.settle();
        byte[] saved = store.read(Vanguards.STATE_NAME).orElseThrow();

        Vanguards lite = open(VanguardMode.LITE);
        assertThat(layer(lite, 2)).isNotEqualTo(members);
        lite.save();
        time.settle();
        assertThat(store.read(Vanguards.STATE_NAME)).hasValue(saved);
        assertThat(layer(open(VanguardMode.LITE), 2)).isNotEqualTo(layer(lite, 2));
        assertThat(layer(open(VanguardMode.FULL), 2)).isEqualTo(members);
    }

    /** T47: mean and range of lifetimes; with full vanguards the longer one of two uniform draws. */
    @ParameterizedTest
    @CsvSource({
        "LITE_LAYER_TWO, 86400, 1036799, 0.5",
        "FULL_LAYER_TWO, 86400, 3888000, 0.66667",
        "FULL_LAYER_THREE, 3600, 172800, 0.66667"
    })
    void t47_lifetimes_areDistributedAsWritten(VanguardRules rules, long min, long max, double mean) {
        int draws = 40_000;
        double sum = 0;
        long belowHalf = 0;
        for (int i = 0; i < draws; i++) {
            long seconds = rules.lifetime(network.view()::parameter, random).toSeconds();
            assertThat(seconds).isBetween(min, max);
            double share = (seconds - min) / (double) (max - min);
            sum += share;
            belowHalf += share < 0.5 ? 1 : 0;
        }
        // deviations of the mean are 0.0014 at most; these bounds are seven of them
        assertThat(sum / draws).isCloseTo(mean, within(0.01));
        double expectedBelowHalf = mean == 0.5 ? 0.5 : 0.25;
        assertThat(belowHalf / (double) draws).isCloseTo(expectedBelowHalf, within(0.018));
    }

    @ParameterizedTest
    @EnumSource
    void t47_parametersOfTheNetwork_areFollowedWithinBounds(VanguardRules rules) {
        PathSelector wild = selector(network()
                .parameter("guard-hs-l2-number", Integer.MAX_VALUE)
                .parameter("guard-hs-l3-number", Integer.MAX_VALUE)
                .parameter("guard-hs-l2-lifetime-min", Integer.MAX_VALUE)
                .parameter("guard-hs-l2-lifetime-max", 0)
                .parameter("guard-hs-l3-lifetime-min", 0)
                .parameter("guard-hs-l3-lifetime-max", Integer.MAX_VALUE));
        assertThat(rules.size(wild.view()::parameter)).isEqualTo(rules == VanguardRules.FULL_LAYER_THREE ? 64 : 19);
        assertThat(rules.lifetime(wild.view()::parameter, random)).isPositive();
    }

    /** T47: each of a layer is replaced at its own time, none before its hour or day and none after its longest. */
    @Test
    void t47_full_layersAreReplacedAtTheirOwnPace() {
        Vanguards full = open(VanguardMode.FULL);
        Set<Relay> two = layer(full, 2);
        Set<Relay> three = layer(full, 3);
        assertThat(two).hasSize(LAYER_TWO);
        assertThat(three).hasSize(LAYER_THREE).doesNotContainAnyElementsOf(two);
        time.advance(Duration.ofMinutes(59));
        assertThat(layer(full, 3)).isEqualTo(three);
        time.advance(Duration.ofHours(22));
        assertThat(layer(full, 2)).isEqualTo(two);
        time.advance(Duration.ofHours(26));
        assertThat(layer(full, 3)).hasSize(LAYER_THREE);
        assertThat(choiceTimes(3)).doesNotContain(START);
        time.advance(Duration.ofDays(45));
        assertThat(layer(full, 2)).hasSize(LAYER_TWO);
        assertThat(choiceTimes(2)).doesNotContain(START);
    }

    /** How many different relays come up in half a year: the fewer, the later somebody of theirs is among them. */
    @Test
    void t47_full_meetsFewRelaysInHalfAYear() {
        Vanguards full = open(VanguardMode.FULL);
        List<Integer> served = new ArrayList<>();
        Set<Relay> before = new HashSet<>();
        int came = 0;
        for (int day = 0; day < 180; day++) {
            Set<Relay> now = layer(full, 2);
            came += (int) now.stream().filter(relay -> !before.contains(relay)).count();
            before.clear();
            before.addAll(now);
            served.add(now.size());
            time.advance(Duration.ofDays(1));
        }
        assertThat(served).containsOnly(LAYER_TWO);
        // 4 relays that serve 30 days on average: 4 at first, then 4 in 30 days
        assertThat(came).isBetween(16, 45);
    }

    @ParameterizedTest
    @EnumSource
    void t47_vanguardsThatLeaveOrLoseFlags_areReplaced(VanguardMode mode) {
        Vanguards vanguards = open(mode);
        List<Relay> members = new ArrayList<>(layer(vanguards, 2));
        SyntheticNetwork next = new SyntheticNetwork().validAfter(START.plus(Duration.ofHours(1)));
        next.relay("guard").flags(RelayFlag.GUARD, RelayFlag.STABLE);
        for (int i = 0; i < 60; i++) {
            String name = "stable" + i;
            if (is(members.get(0), name)) {
                continue; // has left
            }
            if (is(members.get(1), name)) {
                next.relay(name); // is no longer Stable
            } else {
                next.relay(name).flags(RelayFlag.STABLE);
            }
        }
        PathSelector changed = selector(next);
        Set<String> after = names(layer(vanguards, 2, changed));
        assertThat(after).hasSize(LAYER_TWO);
        assertThat(after).contains(members.get(2).nickname(), members.get(3).nickname());
        assertThat(after)
                .doesNotContain(members.get(0).nickname(), members.get(1).nickname());
        assertThat(names(layer(vanguards, 2)))
                .as("who was replaced isn't taken back because the old view is shown")
                .isEqualTo(after);
    }

    /** T47: one that can't be reached is drawn after the others, for a minute, and keeps its place meanwhile. */
    @ParameterizedTest
    @EnumSource
    void t47_vanguardOutOfReach_isPassedByForAMinute_andNotReplaced(VanguardMode mode) {
        Vanguards vanguards = open(mode);
        Set<Relay> members = layer(vanguards, 2);
        List<Relay> order = new ArrayList<>(members);
        Relay last = order.remove(0);
        for (Relay lost : order) {
            vanguards.note(2, lost, false);
        }
        assertThat(layer(vanguards, 2)).containsExactly(last);
        vanguards.note(2, last, false);
        assertThat(layer(vanguards, 2)).as("none is better").isEqualTo(members);
        vanguards.note(2, last, true);
        assertThat(layer(vanguards, 2)).containsExactly(last);
        time.advance(Duration.ofSeconds(61));
        assertThat(layer(vanguards, 2)).isEqualTo(members);
    }

    /** T47: a relay that is no vanguard, or none of this layer, changes nothing. */
    @Test
    void t47_otherRelayOutOfReach_changesNothing() {
        Vanguards full = open(VanguardMode.FULL);
        Set<Relay> two = layer(full, 2);
        Set<Relay> three = layer(full, 3);
        three.forEach(relay -> full.note(2, relay, false));
        full.note(3, guard(network), false);
        full.note(4, two.iterator().next(), false);
        assertThat(layer(full, 2)).isEqualTo(two);
        assertThat(layer(full, 3)).isEqualTo(three);
    }

    private static boolean is(Relay relay, String name) {
        return relay.nickname().equals(name);
    }

    private static Set<String> names(Set<Relay> relays) {
        return relays.stream().map(Relay::nickname).collect(Collectors.toSet());
    }

    /** At a start the keys of relays come one after the other: that costs no vanguard its place. */
    @Test
    void t47_vanguardWhoseKeyIsMissing_isNotUsed_andNotReplaced() {
        Vanguards full = open(VanguardMode.FULL);
        Set<String> members = names(layer(full, 2));
        String without = members.iterator().next();
        SyntheticNetwork partial = new SyntheticNetwork().validAfter(START);
        partial.relay("guard").flags(RelayFlag.GUARD, RelayFlag.STABLE);
        for (int i = 0; i < 60; i++) {
            SyntheticNetwork.RelayBuilder relay = partial.relay("stable" + i);
            relay.flags(RelayFlag.STABLE);
            if (without.equals("stable" + i)) {
                relay.withoutMicrodescriptor();
            }
        }
        assertThat(names(layer(full, 2, selector(partial))))
                .hasSize(LAYER_TWO - 1)
                .doesNotContain(without)
                .isSubsetOf(members);
        assertThat(names(layer(full, 2))).isEqualTo(members);
    }

    @Test
    void t47_full_networkWithoutEnoughRelaysForBoth_sharesThem() {
        SyntheticNetwork small = new SyntheticNetwork().validAfter(START);
        small.relay("guard").flags(RelayFlag.GUARD, RelayFlag.STABLE);
        for (int i = 0; i < 8; i++) {
            small.relay("stable" + i).flags(RelayFlag.STABLE);
        }
        PathSelector few = selector(small);
        Vanguards full = open(VanguardMode.FULL);
        assertThat(layer(full, 2, few)).hasSize(LAYER_TWO);
        assertThat(layer(full, 3, few)).hasSize(LAYER_THREE).doesNotContain(guard(few));
    }

    @Test
    void full_isRememberedFromRunToRun_withWhatIsLeftOfItsTime() {
        Vanguards first = open(VanguardMode.FULL);
        Set<Relay> two = layer(first, 2);
        Set<Relay> three = layer(first, 3);
        time.settle();
        assertThat(new String(store.read(Vanguards.STATE_NAME).orElseThrow(), StandardCharsets.UTF_8))
                .startsWith("onion4j-vanguards 1\nvanguard layer=2 rsa_id=")
                .contains(" chosen_on=2024-05-17T17:30:00 expires_on=2024-")
                .contains("\nvanguard layer=3 rsa_id=")
                .hasLineCount(1 + LAYER_TWO + LAYER_THREE);

        time.advance(Duration.ofMinutes(50));
        Vanguards second = open(VanguardMode.FULL);
        assertThat(layer(second, 2)).isEqualTo(two);
        assertThat(layer(second, 3)).isEqualTo(three);
        for (int run = 0; run < 46; run++) {
            time.advance(Duration.ofDays(1));
            second = open(VanguardMode.FULL);
            layer(second, 3);
            layer(second, 2);
            time.settle();
        }
        assertThat(layer(second, 2)).as("46 runs of a day are 46 days").isNotEqualTo(two);
    }

    /** T79: a clock that was set back doesn't make anybody serve longer by more than that. */
    @Test
    void t79_full_clockSetBackBetweenRuns_servesNoLongerThanThat() {
        Vanguards first = open(VanguardMode.FULL);
        Set<Relay> three = layer(first, 3);
        time.settle();
        time.stepWall(Duration.ofHours(-1));
        Vanguards second = open(VanguardMode.FULL);
        assertThat(layer(second, 3)).isEqualTo(three);
        time.settle();
        assertThat(choiceTimes(3)).containsOnly(time.now());
        time.advance(Duration.ofDays(2));
        layer(second, 3);
        assertThat(choiceTimes(3)).containsOnly(time.now());
    }

    /** T37: at a start with a wrong clock nothing is drawn, and so nothing is lost. */
    @Test
    void t37_full_clockFarAheadAtTheStart_losesNothing() {
        Vanguards first = open(VanguardMode.FULL);
        Set<Relay> two = layer(first, 2);
        time.settle();
        time.stepWall(Duration.ofDays(3650));
        Vanguards second = open(VanguardMode.FULL);
        second.save();
        time.stepWall(Duration.ofDays(-3650));
        assertThat(layer(second, 2)).isEqualTo(two);
    }

    /** T79: time by either clock counts, as long as the process lives. */
    @Test
    void t79_full_clockSetBackWhileRunning_timeGoesOn() {
        Vanguards full = open(VanguardMode.FULL);
        Set<Relay> three = layer(full, 3);
        time.stepWall(Duration.ofHours(-2));
        assertThat(layer(full, 3)).isEqualTo(three);
        time.advance(Duration.ofDays(2));
        layer(full, 3);
        assertThat(choiceTimes(3)).containsOnly(time.now());
    }

    /** T74: a damaged file is set aside and told; what can be read of it is kept. */
    @Test
    void t74_full_damagedFile_isToldAndTheRestKept(@TempDir Path directory) throws Exception {
        List<StateNotice> notices = new ArrayList<>();
        try (StateStore files = DirectoryStateStore.open(directory, FileOperations.system(), notices::add)) {
            Vanguards first = open(VanguardMode.FULL, files);
            Set<Relay> two = layer(first, 2);
            layer(first, 3);
            time.settle();
            String text = new String(files.read(Vanguards.STATE_NAME).orElseThrow(), StandardCharsets.UTF_8);
            String[] lines = text.split("\n", -1);
            lines[1] = lines[1].replace("layer=2", "layer=4");
            files.write(Vanguards.STATE_NAME, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));

            Vanguards second = open(VanguardMode.FULL, files);
            Set<Relay> kept = layer(second, 2);
            kept.retainAll(two);
            assertThat(kept).hasSize(LAYER_TWO - 1);
            assertThat(notices).singleElement().satisfies(notice -> {
                assertThat(notice.kind()).isEqualTo(StateNotice.Kind.SET_ASIDE);
                assertThat(notice.subject()).isEqualTo("vanguards");
                assertThat(notice.detail()).isEqualTo("line 2: bad layer");
            });
            assertThat(Files.readString(directory.resolve("vanguards.bad-1"))).contains("layer=4");
            time.settle();
            assertThat(files.read(Vanguards.STATE_NAME)).isPresent();
        }
    }

    /** T74: even if nothing is drawn in this run. */
    @Test
    void t74_full_damagedFile_isWrittenAnewWhenSaved() {
        Vanguards first = open(VanguardMode.FULL);
        Set<Relay> two = layer(first, 2);
        time.settle();
        String text = new String(store.read(Vanguards.STATE_NAME).orElseThrow(), StandardCharsets.UTF_8);
        store.write(Vanguards.STATE_NAME, (text + "rubbish\n").getBytes(StandardCharsets.UTF_8));
        open(VanguardMode.FULL).save();
        assertThat(store.read(Vanguards.STATE_NAME).map(saved -> new String(saved, StandardCharsets.UTF_8)))
                .hasValue(text);
        assertThat(layer(open(VanguardMode.FULL), 2)).isEqualTo(two);
    }
}
