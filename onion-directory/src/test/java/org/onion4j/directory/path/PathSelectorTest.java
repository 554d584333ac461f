package org.onion4j.directory.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.path.NoPathException.Lack;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.onion4j.directory.view.SyntheticNetwork;

class PathSelectorTest {
    private static final int DRAWS = 300;

    private final SyntheticNetwork network = new SyntheticNetwork();
    private final RandomSource random = new SeededRandom(1);
    private PathRules rules = PathRules.DEFAULT;

    @Test
    void select_exitRequest_givesGuardMiddleAndExitThatAllowsThePort() throws Exception {
        guards(2);
        middles(3);
        network.relay("web").exit("accept 80,443");
        network.relay("mail").exit("accept 25");
        for (int i = 0; i < DRAWS; i++) {
            Path path = select(PathRequest.exit(ExitTarget.port(25)));
            assertThat(path.length()).isEqualTo(3);
            assertThat(path.last().nickname()).isEqualTo("mail");
            assertThat(path.first().nickname()).startsWith("guard");
            assertThat(new HashSet<>(path.hops())).hasSize(3);
        }
    }

    @Test
    void select_portNobodyAllows_saysNoPolicy() {
        guards(2);
        middles(3);
        network.relay("web").exit("accept 80,443");
        NoPathException e = failure(PathRequest.exit(ExitTarget.port(25)));
        assertThat(e.position()).isEqualTo(Position.EXIT);
        assertThat(e.lack()).isEqualTo(Lack.NO_POLICY);
        assertThat(e).hasMessage("no exit allows port 25");
    }

    @Test
    void select_noExitAtAll_saysNoRelay() {
        guards(2);
        middles(3);
        assertThat(failure(PathRequest.exit(ExitTarget.port(80))).lack()).isEqualTo(Lack.NO_RELAY);
    }

    @Test
    void select_ipv6Address_usesTheIpv6Policy() throws Exception {
        guards(1);
        middles(3);
        network.relay("four").exit("accept 443");
        network.relay("six").exit("accept 80").exit6("accept 443");
        ExitTarget six = ExitTarget.address(InetAddress.getByName("2001:db8::1"), 443);
        ExitTarget four = ExitTarget.address(InetAddress.getByName("192.0.2.1"), 443);
        assertThat(lastHops(PathRequest.exit(six))).containsExactly("six");
        assertThat(lastHops(PathRequest.exit(four))).containsExactly("four");
        assertThat(six).hasToString("port 443 over IPv6");
    }

    @Test
    void select_lookup_takesAnyExitThatLetsSomethingOut() throws Exception {
        guards(1);
        middles(3);
        network.relay("four").exit("accept 443");
        network.relay("six").exit("reject 1-65535").exit6("accept 443");
        network.relay("none").exit("reject 1-65535");
        assertThat(lastHops(PathRequest.exit(ExitTarget.resolve()))).containsExactlyInAnyOrder("four", "six");
    }

    @Test
    void select_severalPorts_takesExitsOfAnyOfThem() throws Exception {
        guards(1);
        middles(3);
        network.relay("web").exit("accept 80");
        network.relay("mail").exit("accept 25");
        network.relay("irc").exit("accept 6667");
        PathRequest request = PathRequest.exit(ExitTarget.anyOf(java.util.List.of(25, 80)));
        assertThat(lastHops(request)).containsExactlyInAnyOrder("web", "mail");
    }

    @Test
    void select_badExitAndMiddleOnlyRelays_areNeverExits() throws Exception {
        guards(1);
        middles(3);
        network.relay("good").exit("accept 80");
        network.relay("bad").exit("accept 80").flags(RelayFlag.BAD_EXIT).weight(1_000_000);
        network.relay("middleonly")
                .exit("accept 80")
                .flags(RelayFlag.MIDDLE_ONLY)
                .weight(1_000_000);
        assertThat(lastHops(PathRequest.exit(ExitTarget.port(80)))).containsExactly("good");
    }

    /** Relays get the Exit flag for several ports that are open; one that allows a single port is an exit all the same. */
    @Test
    void select_exitsWithoutExitFlag_areDrawnByTheirWeight() throws Exception {
        guards(1);
        middles(3);
        network.relay("flagged").exit("accept 80,443").weight(100);
        network.relay("plain").policy("accept 443").weight(100);
        assertThat(lastHops(PathRequest.exit(ExitTarget.port(443)))).containsExactlyInAnyOrder("flagged", "plain");
        assertThat(lastHops(PathRequest.exit(ExitTarget.port(80)))).containsExactly("flagged");
    }

    @Test
    void select_middleOnlyRelays_areMiddlesButNoLastHops() throws Exception {
        network.relay("guard0").flags(RelayFlag.GUARD).weight(0);
        network.relay("end");
        network.relay("middleonly").flags(RelayFlag.MIDDLE_ONLY);
        for (int i = 0; i < DRAWS; i++) {
            Path path = select(PathRequest.internal());
            assertThat(path.last().nickname()).isEqualTo("end");
            assertThat(path.hops().get(1).nickname()).isEqualTo("middleonly");
        }
    }

    @Test
    void select_withoutMicrodescriptor_relayIsNotUsed() throws Exception {
        guards(1);
        middles(1);
        network.relay("unknown").exit("accept 80").withoutMicrodescriptor().weight(1_000_000);
        network.relay("known").exit("accept 80");
        for (int i = 0; i < DRAWS; i++) {
            assertThat(select(PathRequest.exit(ExitTarget.port(80))).hops())
                    .extracting(Relay::nickname)
                    .doesNotContain("unknown");
        }
    }

    @Test
    void select_relayThatCannotExtend_isNotUsed() throws Exception {
        guards(1);
        middles(1);
        network.relay("old").protocols("Link=1-4 Relay=1").weight(1_000_000);
        network.relay("silent").protocols("");
        assertThat(middleHops(PathRequest.internal())).doesNotContain("old").contains("silent");
    }

    @Test
    void select_stable_prefersStableRelaysAndDoesWithoutWhereThereAreNone() throws Exception {
        guards(1);
        middles(3);
        network.relay("stablemiddle").flags(RelayFlag.STABLE);
        network.relay("web").exit("accept 80").weight(1_000_000);
        network.relay("stableweb").exit("accept 80").flags(RelayFlag.STABLE);
        network.relay("mail").exit("accept 25");
        PathRequest web = PathRequest.exit(ExitTarget.port(80)).withStable(true);
        assertThat(lastHops(web)).containsExactly("stableweb");
        assertThat(middleHops(web)).containsExactly("stablemiddle");
        assertThat(lastHops(PathRequest.exit(ExitTarget.port(25)).withStable(true)))
                .containsExactly("mail");
    }

    @Test
    void select_families_neverShareAPath() throws Exception {
        network.relay("guard0").flags(RelayFlag.GUARD).family("m0");
        network.relay("m0").family("guard0").weight(1_000_000);
        network.relay("m1").familyIds("ed25519:x").weight(1_000_000);
        network.relay("m2");
        network.relay("web").exit("accept 80").familyIds("ed25519:x", "other");
        assertThat(middleHops(PathRequest.exit(ExitTarget.port(80)))).containsExactly("m2");
    }

    @Test
    void select_subnets_neverShareAPathUnlessTheNetworkIsForTests() throws Exception {
        network.relay("guard0").flags(RelayFlag.GUARD).ipv4("10.200.1.1", 9001);
        network.relay("m0").ipv4("10.200.9.9", 9001).weight(1_000_000);
        network.relay("m1").ipv6("20010db8000000000000000000000001", 9001).weight(1_000_000);
        network.relay("m2").ipv6("20010db9000000000000000000000001", 9001);
        network.relay("web").exit("accept 80").ipv6("20010db8ffffffffffffffffffffffff", 9001);
        PathRequest request = PathRequest.exit(ExitTarget.port(80));
        assertThat(middleHops(request)).containsExactly("m2");
        rules = PathRules.DEFAULT.withoutDistinctSubnets();
        assertThat(middleHops(request)).containsExactlyInAnyOrder("m0", "m1");
    }

    @Test
    void select_allMiddlesRelated_saysSo() {
        network.relay("guard0").flags(RelayFlag.GUARD).family("m0");
        network.relay("m0").family("guard0");
        network.relay("web").exit("accept 80");
        NoPathException e = failure(PathRequest.exit(ExitTarget.port(80)));
        assertThat(e.position()).isEqualTo(Position.MIDDLE);
        assertThat(e.lack()).isEqualTo(Lack.ALL_RELATED);
    }

    @Test
    void select_lastHopFilter_isObeyed() throws Exception {
        guards(1);
        middles(3);
        network.relay("first").exit("accept 80").weight(1_000_000);
        network.relay("second").exit("accept 80");
        PathRequest request = PathRequest.exit(ExitTarget.port(80));
        Predicate<Relay> notFirst = relay -> !relay.nickname().equals("first");
        assertThat(lastHops(request.withLastHop(notFirst))).containsExactly("second");
        NoPathException e = failure(request.withLastHop(relay -> false));
        assertThat(e.lack()).isEqualTo(Lack.ALL_EXCLUDED);
    }

    @Test
    void select_usableRule_excludesEverywhere() throws Exception {
        guards(1);
        middles(2);
        network.relay("web").exit("accept 80");
        network.relay("web2").exit("accept 80");
        rules = new PathRules(true, relay -> !relay.nickname().matches("web2|middle1"));
        assertThat(lastHops(PathRequest.exit(ExitTarget.port(80)))).containsExactly("web");
        assertThat(middleHops(PathRequest.exit(ExitTarget.port(80)))).containsExactly("middle0");
    }

    @Test
    void select_firstHopSuits_isPreferredForTheLastHopButNotRequired() throws Exception {
        guards(1);
        middles(3);
        network.relay("odd").exit("accept 80,25").weight(1_000_000);
        network.relay("web").exit("accept 80");
        PathSelector selector = PathSelector.of(network.view(), rules);
        Relay guard = relay(selector.view(), "guard0");
        FirstHop firstHop = new FirstHop() {
            @Override
            public boolean suits(Relay last) {
                return !last.nickname().equals("odd");
            }

            @Override
            public Relay choose(Relay last) {
                return guard;
            }
        };
        for (int i = 0; i < DRAWS; i++) {
            Path web = selector.select(PathRequest.exit(ExitTarget.port(80)), firstHop, random);
            assertThat(web.last().nickname()).isEqualTo("web");
        }
        Path mail = selector.select(PathRequest.exit(ExitTarget.port(25)), firstHop, random);
        assertThat(mail.last().nickname()).isEqualTo("odd");
    }

    @Test
    void select_guardThatIsTheLastHop_saysRelated() {
        network.relay("guard0").flags(RelayFlag.GUARD).exit("accept 80");
        middles(2);
        NoPathException e = failure(PathRequest.exit(ExitTarget.port(80)));
        assertThat(e.position()).isEqualTo(Position.GUARD);
        assertThat(e.lack()).isEqualTo(Lack.ALL_RELATED);
    }

    @Test
    void select_toARelay_hasFourHopsAndEndsThere() throws Exception {
        guards(1);
        middles(4);
        network.relay("dir").flags(RelayFlag.HS_DIR);
        PathSelector selector = PathSelector.of(network.view(), rules);
        Relay end = relay(selector.view(), "dir");
        Path path = selector.select(PathRequest.to(end), last -> relay(selector.view(), "guard0"), random);
        assertThat(path.length()).isEqualTo(4);
        assertThat(path.last()).isSameAs(end);
        assertThat(new HashSet<>(path.hops())).hasSize(4);
        assertThat(path).hasToString("Path of 4");
    }

    @Test
    void select_allWeightsZero_choosesUniformly() throws Exception {
        guards(1);
        for (String name : new String[] {"a", "b", "c"}) {
            network.relay(name).weight(0);
            network.relay("exit" + name).exit("accept 80").weight(0);
        }
        network.bandwidthWeight("Wmg", 0);
        PathRequest request = PathRequest.exit(ExitTarget.port(80));
        assertThat(lastHops(request)).containsExactlyInAnyOrder("exita", "exitb", "exitc");
        assertThat(middleHops(request)).contains("a", "b", "c");
    }

    @Test
    void select_exitsWithNoWeightAsMiddles_areNotMiddles() throws Exception {
        guards(1);
        middles(2);
        network.relay("web").exit("accept 80");
        network.relay("web2").exit("accept 80").weight(1_000_000);
        network.bandwidthWeight("Wme", 0);
        assertThat(middleHops(PathRequest.exit(ExitTarget.port(80)))).containsExactlyInAnyOrder("middle0", "middle1");
    }

    @Test
    void drawGuard_takesGuardFlaggedOnly_andDrawDirectoryCachesOnly() {
        guards(2);
        middles(2);
        network.relay("dir").flags(RelayFlag.V2_DIR);
        network.relay("odd").flags(RelayFlag.GUARD, RelayFlag.MIDDLE_ONLY).weight(1_000_000);
        PathSelector selector = PathSelector.of(network.view(), new PathRules(true, relay -> false));
        for (int i = 0; i < DRAWS; i++) {
            assertThat(selector.drawGuard(relay -> true, random).orElseThrow().nickname())
                    .startsWith("guard");
        }
        selector = PathSelector.of(network.view(), rules);
        assertThat(selector.drawDirectory(relay -> true, random).orElseThrow().nickname())
                .isEqualTo("dir");
        assertThat(selector.drawDirectory(relay -> false, random)).isEmpty();
    }

    private void guards(int count) {
        for (int i = 0; i < count; i++) {
            network.relay("guard" + i).flags(RelayFlag.GUARD).weight(0); // so that it is nothing else
        }
    }

    private void middles(int count) {
        for (int i = 0; i < count; i++) {
            network.relay("middle" + i);
        }
    }

    private Path select(PathRequest request) throws NoPathException {
        PathSelector selector = PathSelector.of(network.view(), rules);
        return selector.select(request, last -> relay(selector.view(), "guard0"), random);
    }

    private NoPathException failure(PathRequest request) {
        return catchThrowableOfType(NoPathException.class, () -> select(request));
    }

    private Set<String> lastHops(PathRequest request) throws NoPathException {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            names.add(select(request).last().nickname());
        }
        return names;
    }

    private Set<String> middleHops(PathRequest request) throws NoPathException {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < DRAWS; i++) {
            names.add(select(request).hops().get(1).nickname());
        }
        return names;
    }

    private static Relay relay(NetworkView view, String nickname) {
        return view.relay(SyntheticNetwork.identity(nickname)).orElseThrow();
    }
}
