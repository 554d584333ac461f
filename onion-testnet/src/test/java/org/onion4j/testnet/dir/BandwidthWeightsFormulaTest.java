package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.RealConsensus;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.RouterStatus;

/** The bandwidth weights, against those of the public network where the machine has its consensus. */
class BandwidthWeightsFormulaTest {
    @Test
    void compute_publicNetwork_givesTheWeightsOfItsConsensus() throws Exception {
        Consensus consensus = Consensus.parse(RealConsensus.consensus());
        long g = 1;
        long m = 1;
        long e = 1;
        long d = 1;
        for (RouterStatus relay : consensus.relays()) {
            boolean exit = relay.has(RelayFlag.EXIT) && !relay.has(RelayFlag.BAD_EXIT);
            boolean guard = relay.has(RelayFlag.GUARD);
            g += guard && !exit ? relay.bandwidth() : 0;
            m += !guard && !exit ? relay.bandwidth() : 0;
            e += !guard && exit ? relay.bandwidth() : 0;
            d += guard && exit ? relay.bandwidth() : 0;
        }
        assertThat(new BandwidthWeightsFormula(g, m, e, d, 10_000).compute())
                .hasValueSatisfying(weights ->
                        assertThat(weights).containsExactlyInAnyOrderEntriesOf(consensus.bandwidthWeights()));
    }

    @Test
    void compute_oneKindMissing_givesNone() {
        assertThat(new BandwidthWeightsFormula(0, 1, 1, 1, 10_000).compute()).isEmpty();
        assertThat(new BandwidthWeightsFormula(1, 1, 1, 0, 10_000).compute()).isEmpty();
    }

    @Property(tries = 500)
    void compute_anyNetwork_staysInRangeAndGivesAllOfEachKind(
            @ForAll @LongRange(min = 1, max = 1_000_000_000) long g,
            @ForAll @LongRange(min = 1, max = 1_000_000_000) long m,
            @ForAll @LongRange(min = 1, max = 1_000_000_000) long e,
            @ForAll @LongRange(min = 1, max = 1_000_000_000) long d) {
        Optional<ImmutableSortedMap<String, Integer>> computed =
                new BandwidthWeightsFormula(g, m, e, d, 10_000).compute();
        if (!computed.isPresent()) {
            return;
        }
        ImmutableSortedMap<String, Integer> w = computed.get();
        assertThat(w).hasSize(19);
        assertThat(w.values()).allMatch(v -> v >= 0 && v <= 10_000);
        assertThat(w.get("Wgg") + w.get("Wmg")).isBetween(9_990, 10_010);
        assertThat(w.get("Wee") + w.get("Wme")).isBetween(9_990, 10_010);
        assertThat(w.get("Wgd") + w.get("Wmd") + w.get("Wed")).isBetween(9_990, 10_010);
    }

    @Test
    void compute_plentyOfAll_leavesEachPositionTheSame() {
        ImmutableSortedMap<String, Integer> w = new BandwidthWeightsFormula(400, 200, 400, 100, 10_000)
                .compute()
                .orElseThrow();
        double guard = 400.0 * w.get("Wgg") + 100.0 * w.get("Wgd");
        double exit = 400.0 * w.get("Wee") + 100.0 * w.get("Wed");
        double middle = 200.0 * w.get("Wmm") + 400.0 * w.get("Wmg") + 400.0 * w.get("Wme") + 100.0 * w.get("Wmd");
        assertThat(guard).isCloseTo(exit, org.assertj.core.data.Percentage.withPercentage(0.2));
        assertThat(guard).isCloseTo(middle, org.assertj.core.data.Percentage.withPercentage(0.2));
    }
}
