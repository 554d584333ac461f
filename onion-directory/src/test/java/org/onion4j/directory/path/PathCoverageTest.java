package org.onion4j.directory.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.SyntheticNetwork;

class PathCoverageTest {
    /** A cache that withholds most exits must not make us choose among the rest (T38). */
    @Test
    void t38_threeTenthsOfTheExitsKnown_isTooLittle_sevenTenthsIsEnough() {
        assertThat(coverage(3).paths())
                .isLessThan(PathCoverage.needed(network(3).view()));
        assertThat(coverage(3).exits()).isCloseTo(0.3, within(1e-9));
        assertThat(coverage(7).paths())
                .isGreaterThan(PathCoverage.needed(network(7).view()));
    }

    @Test
    void needed_parameterOfTheConsensus_isObeyedWithinItsRange() {
        assertThat(PathCoverage.needed(network(1).view())).isEqualTo(0.6);
        assertThat(PathCoverage.needed(
                        network(1).parameter("min_paths_for_circs_pct", 80).view()))
                .isEqualTo(0.8);
        assertThat(PathCoverage.needed(
                        network(1).parameter("min_paths_for_circs_pct", -5).view()))
                .isEqualTo(0.25);
    }

    @Test
    void of_shareIsByWeight_notByNumber() {
        SyntheticNetwork network = new SyntheticNetwork();
        network.relay("g").flags(RelayFlag.GUARD).weight(3000);
        network.relay("h").flags(RelayFlag.GUARD).weight(1000).withoutMicrodescriptor();
        PathCoverage coverage = PathCoverage.of(network.view());
        assertThat(coverage.guards()).isEqualTo(0.75);
        assertThat(coverage.middles()).isEqualTo(0.75);
    }

    @Test
    void of_weightsZero_countsRelays() {
        SyntheticNetwork network = new SyntheticNetwork();
        network.relay("g").flags(RelayFlag.GUARD).weight(0);
        network.relay("h").flags(RelayFlag.GUARD).weight(0).withoutMicrodescriptor();
        assertThat(PathCoverage.of(network.view()).guards()).isEqualTo(0.5);
    }

    @Test
    void of_networkWithoutExits_takesMiddlesForThem() {
        SyntheticNetwork network = new SyntheticNetwork();
        network.relay("g").flags(RelayFlag.GUARD);
        network.relay("h").flags(RelayFlag.GUARD).withoutMicrodescriptor();
        PathCoverage coverage = PathCoverage.of(network.view());
        assertThat(coverage.exits()).isEqualTo(coverage.middles());
        assertThat(PathCoverage.of(new SyntheticNetwork().view()).paths()).isZero();
    }

    private static PathCoverage coverage(int knownExits) {
        return PathCoverage.of(network(knownExits).view());
    }

    private static SyntheticNetwork network(int knownExits) {
        SyntheticNetwork network = new SyntheticNetwork();
        for (int i = 0; i < 10; i++) {
            network.relay("guard" + i).flags(RelayFlag.GUARD);
            SyntheticNetwork.RelayBuilder exit = network.relay("exit" + i).exit("accept 80");
            if (i >= knownExits) {
                exit.withoutMicrodescriptor();
            }
        }
        network.bandwidthWeight("Wme", 0);
        return network;
    }
}
