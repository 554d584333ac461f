package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.guard.GuardUse.State;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.NoPathException.Lack;
import org.onion4j.directory.path.Position;
import org.onion4j.directory.state.MemoryStateStore;

/** How guards are sampled and remembered. */
class GuardManagerTest {
    @Test
    void update_firstConsensus_samplesTwentyGuardsAndMakesThreePrimary() {
        GuardWorld world = new GuardWorld(1).start();
        GuardStatus status = world.manager.status();
        assertThat(status.sampled()).isEqualTo(20);
        assertThat(status.filtered()).isEqualTo(20);
        assertThat(status.confirmed()).isZero();
        assertThat(status.primary()).isEqualTo(3);
    }

    @Test
    void update_smallNetwork_samplesAllItHas() {
        GuardWorld world = new GuardWorld(1);
        world.size = 2;
        world.start();
        assertThat(world.manager.status().sampled()).isEqualTo(2);
        assertThat(world.manager.status().primary()).isEqualTo(2);
    }

    @Test
    void update_manyUnusableGuards_growsTheSampleUpToItsLimitOnly() {
        GuardWorld world = new GuardWorld(1);
        world.size = 400;
        world.filter = relay -> relay.nickname().endsWith("7")
                || relay.nickname().endsWith("8")
                || relay.nickname().endsWith("9"); // three of ten
        world.start();
        assertThat(world.manager.status().sampled()).isBetween(40, 60);
        world = new GuardWorld(1);
        world.size = 150;
        world.filter = relay -> relay.nickname().endsWith("7")
                || relay.nickname().endsWith("8")
                || relay.nickname().endsWith("9");
        world.start();
        assertThat(world.manager.status().sampled()).isEqualTo(30); // a fifth of all guards
        assertThat(world.manager.status().filtered()).isLessThan(20);
    }

    @Test
    void update_sampledByWeight_heavyGuardsComeMoreOften() {
        int heavy = 0;
        for (int seed = 0; seed < 20; seed++) {
            GuardWorld world = new GuardWorld(seed);
            world.adjust = network ->
                    network.relay("heavy").weight(50_000).flags(RelayFlag.GUARD, RelayFlag.STABLE, RelayFlag.V2_DIR);
            world.start();
            heavy += world.choose().relay().nickname().equals("heavy") ? 1 : 0;
        }
        assertThat(heavy).isBetween(2, 18); // a third of the weight, against a hundredth of the number
    }

    @Test
    void update_staleConsensus_samplesNothing() {
        GuardWorld world = new GuardWorld(1);
        world.manager = GuardManager.open(
                world.store,
                world.time.clock(),
                world.time.ticker(),
                new org.onion4j.crypto.testing.SeededRandom(1),
                relay -> true);
        world.publish(GuardWorld.START.minus(Duration.ofHours(28))); // T33: ran out 25 hours ago
        assertThat(world.manager.status().sampled()).isZero();
        assertThat(catchThrowableOfType(
                                NoPathException.class,
                                () -> world.manager.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE))
                        .lack())
                .isEqualTo(Lack.NO_GUARD);
        world.publish(GuardWorld.START.minus(Duration.ofHours(26)));
        assertThat(world.manager.status().sampled()).isEqualTo(20);
    }

    @Test
    void choose_beforeAnyView_failsAsDeclared() {
        GuardManager manager = GuardManager.open(
                new MemoryStateStore(),
                java.time.Clock.systemUTC(),
                com.google.common.base.Ticker.systemTicker(),
                new org.onion4j.crypto.testing.SeededRandom(1),
                relay -> true);
        NoPathException e = catchThrowableOfType(
                NoPathException.class, () -> manager.choose(GuardUsage.TRAFFIC, GuardRestriction.NONE));
        assertThat(e.position()).isEqualTo(Position.GUARD);
        manager.refresh();
        manager.networkChanged();
        manager.save();
        assertThat(manager.status().primary()).isZero();
        assertThat(manager.missingMicrodescriptors()).isEmpty();
    }

    @Test
    void choose_traffic_usesTheFirstPrimaryGuardAlways() {
        GuardWorld world = new GuardWorld(2).start();
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            used.add(world.useOnce());
        }
        assertThat(used).hasSize(1);
        assertThat(world.manager.status().confirmed()).isEqualTo(1);
    }

    @Test
    void choose_parameterOfTwoGuards_usesTwo() {
        GuardWorld world = new GuardWorld(2);
        world.adjust = network -> network.parameter("guard-n-primary-guards-to-use", 2);
        world.start();
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            used.add(world.useOnce());
        }
        assertThat(used).hasSize(2);
    }

    @Test
    void choose_directory_usesAllThreePrimaryGuards() {
        GuardWorld world = new GuardWorld(2).start();
        Set<String> used = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            GuardUse use = world.choose(GuardUsage.DIRECTORY);
            assertThat(use.succeeded()).isEqualTo(State.COMPLETE);
            used.add(use.relay().nickname());
        }
        assertThat(used).hasSize(3);
    }

    /** A guard that answers directory requests badly is left alone for a while, but no guard outside is asked (T31). */
    @Test
    void t31_poorDirectory_isAvoidedForAMinuteAndLongerEachTime() {
        GuardWorld world = new GuardWorld(2).start();
        GuardUse poor = world.choose(GuardUsage.DIRECTORY);
        poor.succeeded();
        poor.directoryAnswered(false);
        assertThat(directories(world, 30))
                .hasSize(2)
                .doesNotContain(poor.relay().nickname());
        world.time.advance(Duration.ofSeconds(61));
        assertThat(directories(world, 30)).hasSize(3);
        poor.directoryAnswered(false);
        world.time.advance(Duration.ofSeconds(61));
        assertThat(directories(world, 30)).hasSize(2);
        poor.directoryAnswered(true);
        assertThat(directories(world, 30)).hasSize(3);
    }

    @Test
    void t31_allDirectoriesPoor_thePrimaryOnesAreAskedAllTheSame() {
        GuardWorld world = new GuardWorld(2).start();
        Set<String> primary = directories(world, 30);
        for (int i = 0; i < 20; i++) {
            GuardUse use = world.choose(GuardUsage.DIRECTORY);
            use.succeeded();
            use.directoryAnswered(false);
        }
        assertThat(directories(world, 30)).isEqualTo(primary);
    }

    private static Set<String> directories(GuardWorld world, int requests) {
        Set<String> used = new HashSet<>();
        for (int i = 0; i < requests; i++) {
            GuardUse use = world.choose(GuardUsage.DIRECTORY);
            use.succeeded();
            use.closed();
            used.add(use.relay().nickname());
        }
        return used;
    }

    @Test
    void choose_guardWithoutMicrodescriptor_servesDirectoryRequestsOnly() {
        GuardWorld world = new GuardWorld(3).start();
        String first = world.useOnce();
        world.withoutMicrodescriptor.add(first);
        world.newConsensus();
        assertThat(world.manager.missingMicrodescriptors())
                .extracting(relay -> relay.nickname())
                .containsExactly(first);
        assertThat(world.useOnce()).isNotEqualTo(first);
        assertThat(directories(world, 30)).contains(first);
    }

    @Test
    void choose_restriction_avoidsTheExitItsFamilyAndSubnet() {
        for (int seed = 0; seed < 5; seed++) {
            GuardWorld world = new GuardWorld(seed).start();
            String first = world.useOnce();
            world.adjust = network -> {
                network.relay("kin").exit("accept 80").ipv4("10.0.7.7", 9001); // g0's network
            };
            world.newConsensus();
            GuardUse same = world.choose(GuardUsage.TRAFFIC, GuardRestriction.unrelatedTo(world.relay(first)));
            assertThat(same.relay().nickname()).isNotEqualTo(first);
            assertThat(same.state()).isEqualTo(State.USABLE_ON_COMPLETION); // another primary one
            assertThat(world.manager.suits(world.relay("kin"))).isTrue();
            GuardUse excluded = world.choose(
                    GuardUsage.TRAFFIC,
                    GuardRestriction.unrelatedTo(world.relay("kin"))
                            .andNot(java.util.List.of(
                                    same.relay().rsaIdentity(),
                                    world.relay(first).rsaIdentity())));
            assertThat(excluded.relay().nickname()).isNotIn(first, same.relay().nickname(), "g0");
        }
    }

    @Test
    void suits_exitRelatedToAllPrimaryGuards_isFalse_andAnotherGuardIsChosenIfItMustBe() {
        GuardWorld world = new GuardWorld(4).start();
        Set<String> primary = directories(world, 40);
        world.adjust = network -> network.relay("kin").exit("accept 80").familyIds("all");
        int[] index = new int[1];
        world.eachGuard = relay -> {
            if (primary.contains("g" + index[0]++)) {
                relay.familyIds("all");
            }
        };
        world.newConsensus();
        assertThat(world.manager.suits(world.relay("kin"))).isFalse();
        assertThat(world.manager.suits(world.relay("exit0"))).isTrue();
        GuardUse use = world.choose(GuardUsage.TRAFFIC, GuardRestriction.unrelatedTo(world.relay("kin")));
        assertThat(use.relay().nickname()).isNotIn(primary);
        assertThat(use.succeeded()).isEqualTo(State.COMPLETE); // no primary guard could do in its place
    }

    @Test
    void save_andStartAgain_keepsTheGuardsAndTheirOrder() {
        GuardWorld world = new GuardWorld(5).start();
        String first = world.useOnce();
        GuardState before = world.manager.state();
        world.manager.save();
        GuardWorld again = new GuardWorld(6, world.store);
        again.start();
        assertThat(again.manager.state()).isEqualTo(before);
        assertThat(again.useOnce()).isEqualTo(first);
        assertThat(again.manager.status().sampled()).isEqualTo(20);
    }

    @Test
    void save_nothingChanged_writesNothing() {
        GuardWorld world = new GuardWorld(5).start();
        world.manager.save();
        world.store.delete(GuardManager.STATE_NAME);
        world.manager.save();
        assertThat(world.store.read(GuardManager.STATE_NAME)).isEmpty();
    }

    /** A damaged file is set aside, and what it still tells is used (T74). */
    @Test
    void t74_damagedState_keepsTheReadableGuardsAndIsReplaced() {
        GuardWorld world = new GuardWorld(5).start();
        String first = world.useOnce();
        world.manager.save();
        String text = new String(world.store.read(GuardManager.STATE_NAME).orElseThrow(), StandardCharsets.UTF_8);
        world.store.write(GuardManager.STATE_NAME, (text + "guard of some kind\n").getBytes(StandardCharsets.UTF_8));
        GuardWorld again = new GuardWorld(6, world.store).start();
        assertThat(again.useOnce()).isEqualTo(first);
        again.manager.save();
        assertThat(new String(world.store.read(GuardManager.STATE_NAME).orElseThrow(), StandardCharsets.UTF_8))
                .startsWith("onion4j-guards 1\n")
                .doesNotContain("of some kind");
    }

    @Test
    void open_samplesOfOtherNames_areKept() throws Exception {
        GuardWorld world = new GuardWorld(5).start();
        world.manager.save();
        String text = new String(world.store.read(GuardManager.STATE_NAME).orElseThrow(), StandardCharsets.UTF_8);
        String bridge = "guard in=bridges rsa_id=00112233445566778899AABBCCDDEEFF00112233"
                + " sampled_on=2024-05-01T00:00:00 listed=1 bridge_addr=192.0.2.1:443\n";
        world.store.write(GuardManager.STATE_NAME, (text + bridge).getBytes(StandardCharsets.UTF_8));
        GuardWorld again = new GuardWorld(6, world.store).start();
        again.useOnce();
        again.manager.save();
        assertThat(new String(world.store.read(GuardManager.STATE_NAME).orElseThrow(), StandardCharsets.UTF_8))
                .contains(bridge);
    }

    @Test
    void update_guardUnlisted_isReplacedAndComesBack() {
        GuardWorld world = new GuardWorld(7).start();
        String first = world.useOnce();
        world.unlisted.add(first);
        world.newConsensus();
        assertThat(world.useOnce()).isNotEqualTo(first);
        assertThat(world.manager.status().sampled()).isBetween(20, 21);
        world.time.advance(Duration.ofDays(10));
        world.unlisted.clear();
        world.newConsensus();
        assertThat(world.useOnce()).isEqualTo(first); // confirmed, and sampled first
    }

    @Test
    void update_guardUnlistedForLong_isForgotten() {
        GuardWorld world = new GuardWorld(7).start();
        String first = world.useOnce();
        world.unlisted.add(first);
        world.newConsensus();
        world.time.advance(Duration.ofDays(15));
        world.newConsensus();
        assertThat(identities(world)).contains(identity(first)); // 16 to 20 days
        world.time.advance(Duration.ofDays(6));
        world.newConsensus();
        assertThat(identities(world)).doesNotContain(identity(first));
    }

    @Test
    void update_unlistedWhileTheConsensusIsStale_isNotHeldAgainstTheGuard() {
        GuardWorld world = new GuardWorld(7).start();
        String first = world.useOnce();
        world.unlisted.add(first);
        world.time.advance(Duration.ofDays(40));
        world.publish(GuardWorld.START.plus(Duration.ofDays(30)));
        world.unlisted.clear();
        world.newConsensus();
        assertThat(identities(world)).contains(identity(first));
    }

    @Test
    void update_neverUsedGuards_endAfterTheirLifetime() {
        GuardWorld world = new GuardWorld(8).start();
        Set<String> sampled = identities(world);
        world.time.advance(Duration.ofDays(107));
        world.newConsensus();
        assertThat(identities(world)).isEqualTo(sampled);
        world.time.advance(Duration.ofDays(14));
        world.newConsensus();
        Set<String> later = identities(world);
        assertThat(later).hasSize(20);
        later.retainAll(sampled);
        assertThat(later.size()).isLessThan(10); // the same may be drawn anew
    }

    @Test
    void update_datesInTheFuture_areBroughtBack() {
        GuardWorld world = new GuardWorld(8);
        world.time.stepWall(Duration.ofDays(3650));
        world.start();
        world.useOnce();
        world.manager.save();
        world.time.stepWall(Duration.ofDays(-3650));
        world.newConsensus();
        for (GuardRecord guard : world.manager.state().guards()) {
            assertThat(guard.sampledOn()).isBeforeOrEqualTo(world.time.now());
            guard.confirmedOn().ifPresent(on -> assertThat(on).isBeforeOrEqualTo(world.time.now()));
        }
    }

    @Test
    void update_restrictiveFilter_usesASampleOfItsOwnAndReturns() {
        GuardWorld world = new GuardWorld(9);
        world.size = 200;
        world.start();
        String first = world.useOnce();
        world.filter = relay -> relay.nickname().endsWith("7"); // a tenth
        world.newConsensus();
        assertThat(world.useOnce()).endsWith("7");
        assertThat(world.manager.status().sampled())
                .isEqualTo(world.manager.status().filtered());
        world.filter = relay -> relay.nickname().matches(".*[78]"); // exactly the limit: stays
        world.newConsensus();
        assertThat(world.manager.status().sampled())
                .isEqualTo(world.manager.status().filtered());
        world.filter = relay -> true;
        world.newConsensus();
        assertThat(world.useOnce()).isEqualTo(first);
    }

    @Test
    void update_guardTurnsMiddleOnly_isNotUsed() {
        GuardWorld world = new GuardWorld(10).start();
        GuardUse use = world.choose();
        String first = use.relay().nickname();
        world.unlisted.add(first);
        world.newConsensus();
        assertThat(use.succeeded()).isEqualTo(State.COMPLETE); // it was fine when the circuit was begun
        assertThat(world.choose().relay().nickname()).isNotEqualTo(first);
    }

    private static Set<String> identities(GuardWorld world) {
        Set<String> all = new LinkedHashSet<>();
        world.manager.state().guards().forEach(guard -> all.add(guard.identity().base64()));
        return all;
    }

    private static String identity(String nickname) {
        return org.onion4j.directory.view.SyntheticNetwork.identity(nickname).base64();
    }
}
