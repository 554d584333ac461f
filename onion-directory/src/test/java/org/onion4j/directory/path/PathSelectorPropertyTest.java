package org.onion4j.directory.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;
import org.onion4j.directory.view.SyntheticNetwork;

class PathSelectorPropertyTest {
    /** Whatever the network: a path keeps all rules, or the failure is the checked one. */
    @Property(tries = 150)
    void select_anyNetwork_keepsTheRulesOrFailsAsDeclared(@ForAll long seed, @ForAll @IntRange(max = 40) int size) {
        SeededRandom random = new SeededRandom(seed);
        SyntheticNetwork network = randomNetwork(random, size);
        PathSelector selector = PathSelector.of(network.view(), PathRules.DEFAULT);
        NetworkView view = selector.view();
        ExitTarget target = ExitTarget.port(80);
        for (int i = 0; i < 20; i++) {
            boolean internal = random.nextInt(3) == 0;
            PathRequest request = internal ? PathRequest.internal() : PathRequest.exit(target);
            try {
                Path path = selector.select(
                        request.withStable(random.nextInt(2) == 0), last -> firstGuard(selector, last), random);
                assertThat(path.length()).isEqualTo(3);
                assertThat(new HashSet<>(path.hops())).hasSize(3);
                for (Relay a : path.hops()) {
                    assertThat(a.has(RelayFlag.RUNNING)).isTrue();
                    for (Relay b : path.hops()) {
                        assertThat(a != b && (view.sameFamily(a, b) || view.sameSubnet(a, b)))
                                .isFalse();
                    }
                }
                if (!internal) {
                    assertThat(path.last().ipv4Policy().allows(80)).isTrue();
                    assertThat(path.last().has(RelayFlag.BAD_EXIT)).isFalse();
                }
                assertThat(path.last().has(RelayFlag.MIDDLE_ONLY)).isFalse();
            } catch (NoPathException e) {
                assertThat(e.position()).isNotNull();
                assertThat(e.lack()).isNotNull();
            }
        }
        PathCoverage coverage = PathCoverage.of(view);
        assertThat(coverage.paths()).isBetween(0.0, 1.0);
    }

    private static Relay firstGuard(PathSelector selector, Relay last) throws NoPathException {
        for (Relay relay : selector.view().relays()) {
            if (relay.has(RelayFlag.GUARD) && !selector.related(relay, last)) {
                return relay;
            }
        }
        throw new NoPathException(Position.GUARD, NoPathException.Lack.NO_GUARD, "none in this network");
    }

    static SyntheticNetwork randomNetwork(SeededRandom random, int size) {
        SyntheticNetwork network = new SyntheticNetwork();
        RelayFlag[] optional = {
            RelayFlag.GUARD, RelayFlag.STABLE, RelayFlag.V2_DIR, RelayFlag.BAD_EXIT, RelayFlag.MIDDLE_ONLY
        };
        for (int i = 0; i < size; i++) {
            SyntheticNetwork.RelayBuilder relay = network.relay("r" + i).weight(random.nextInt(4) * 1000L);
            for (RelayFlag flag : optional) {
                if (random.nextInt(4) == 0) {
                    relay.flags(flag);
                }
            }
            if (random.nextInt(3) == 0) {
                relay.exit(random.nextInt(2) == 0 ? "accept 80,443" : "reject 80");
            }
            relay.ipv4("10." + random.nextInt(12) + ".0." + (i + 1), 9001);
            relay.family("r" + random.nextInt(40), "r" + random.nextInt(40));
            if (random.nextInt(10) == 0) {
                relay.withoutMicrodescriptor();
            }
        }
        for (String name : new String[] {"Wgg", "Wmg", "Wme", "Wee", "Wed", "Wmd"}) {
            network.bandwidthWeight(name, random.nextInt(3) * 5000 - (random.nextInt(20) == 0 ? 1 : 0));
        }
        return network;
    }
}
