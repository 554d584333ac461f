package org.onion4j.directory.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.RealConsensus;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.view.FullSizeNetwork;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * That the weights of the public network's consensus are obeyed: Pearson's chi-square test of what is drawn against
 * probabilities computed here, from the consensus's numbers alone. The seeds are fixed; a right selector passes each test
 * with a chance of 999 in 1000 over seeds, and the tests are shown to notice wrong weights.
 */
class PathWeightsTest {
    private static final int DRAWS = 200_000;
    private static final int RARE_DRAWS = 5_000;
    private static final int MAX_BINS = 100;

    /** Of the standard normal distribution, for a significance of 0.001. */
    private static final double Z = 3.0902;

    private static NetworkView view;
    private static PathSelector selector;
    private static List<Relay> guards; // two that aren't related

    private final RandomSource random = new SeededRandom(20240517);

    /** Draws one relay. */
    private interface Drawing {
        Relay draw() throws NoPathException;
    }

    @BeforeAll
    static void readTheConsensus() throws Exception {
        view = FullSizeNetwork.of(Consensus.parse(RealConsensus.consensus()), 1);
        selector = PathSelector.of(view, PathRules.DEFAULT);
        Relay first = heaviest(relay -> relay.has(RelayFlag.GUARD) && !relay.has(RelayFlag.EXIT));
        Relay second = heaviest(
                relay -> relay.has(RelayFlag.GUARD) && !relay.has(RelayFlag.EXIT) && !selector.related(relay, first));
        guards = List.of(first, second);
    }

    @Test
    void guards_ofTheRealConsensus_areDrawnByTheirWeights() throws Exception {
        double excess = excess(
                DRAWS,
                relay -> relay.has(RelayFlag.GUARD),
                relay -> weight(relay, "Wgg", "Wgm", 0, "Wgd"),
                () -> selector.drawGuard(relay -> true, random).orElseThrow());
        assertThat(excess).isLessThan(1);
    }

    @Test
    void exits_ofTheRealConsensus_areDrawnByTheirWeights() throws Exception {
        PathRequest request = PathRequest.exit(ExitTarget.port(443));
        double excess = excess(
                DRAWS,
                relay -> isExit(relay) && relay.ipv4Policy().allows(443),
                relay -> weight(relay, "Weg", "Wem", weight("Wee"), "Wed"),
                () -> lastHop(request));
        assertThat(excess).isLessThan(1);
    }

    @Test
    void exits_underARareCondition_areDrawnByTheirWeightsToo() throws Exception {
        Predicate<Relay> rare = relay -> (relay.rsaIdentity().hashCode() & 0x3f) == 5;
        PathRequest request = PathRequest.exit(ExitTarget.port(443)).withLastHop(rare);
        double excess = excess(
                RARE_DRAWS,
                relay -> isExit(relay) && relay.ipv4Policy().allows(443) && rare.test(relay),
                relay -> weight(relay, "Weg", "Wem", weight("Wee"), "Wed"),
                () -> lastHop(request));
        assertThat(excess).isLessThan(1);
    }

    @Test
    void middles_ofTheRealConsensus_areDrawnByTheirWeights() throws Exception {
        Relay first = guards.get(0);
        Relay last = heaviest(relay -> isExit(relay) && !selector.related(relay, first));
        PathRequest request = PathRequest.to(last).withLength(3);
        double excess = excess(
                DRAWS,
                relay -> relay.has(RelayFlag.FAST) && !selector.related(relay, first) && !selector.related(relay, last),
                relay -> weight(relay, "Wmg", "Wmm", weight("Wme"), "Wmd"),
                () -> selector.select(request, end -> first, random).hops().get(1));
        assertThat(excess).isLessThan(1);
    }

    @Test
    void directories_ofTheRealConsensus_areDrawnByTheirWeights() throws Exception {
        double excess = excess(
                DRAWS,
                relay -> relay.has(RelayFlag.V2_DIR),
                relay -> positionWeight(relay, "Wbg", "Wbm", weight("Wbe"), "Wbd") * relay.weight(),
                () -> selector.drawDirectory(relay -> true, random).orElseThrow());
        assertThat(excess).isLessThan(1);
    }

    @Test
    void test_wrongExpectations_areNoticed() throws Exception {
        // bandwidth alone, without the weights of the position
        double plain = excess(
                DRAWS,
                relay -> relay.has(RelayFlag.GUARD),
                Relay::weight,
                () -> selector.drawGuard(relay -> true, random).orElseThrow());
        assertThat(plain).isGreaterThan(10);
        // a weight that is off by a twentieth
        Relay first = guards.get(0);
        Relay last = heaviest(relay -> isExit(relay) && !selector.related(relay, first));
        PathRequest request = PathRequest.to(last).withLength(3);
        double off = excess(
                DRAWS,
                relay -> relay.has(RelayFlag.FAST) && !selector.related(relay, first) && !selector.related(relay, last),
                relay -> weight(relay, "Wmg", "Wmm", weight("Wme"), "Wmd") * (relay.has(RelayFlag.GUARD) ? 1.05 : 1),
                () -> selector.select(request, end -> first, random).hops().get(1));
        assertThat(off).isGreaterThan(1);
    }

    private Relay lastHop(PathRequest request) throws NoPathException {
        FirstHop firstHop = last -> selector.related(guards.get(0), last) ? guards.get(1) : guards.get(0);
        return selector.select(request.withLength(2), firstHop, random).last();
    }

    private static boolean isExit(Relay relay) {
        return relay.has(RelayFlag.EXIT)
                && !relay.has(RelayFlag.BAD_EXIT)
                && !relay.has(RelayFlag.MIDDLE_ONLY)
                && relay.has(RelayFlag.FAST);
    }

    private static Relay heaviest(Predicate<Relay> condition) {
        Relay best = null;
        for (Relay relay : view.relays()) {
            if (condition.test(relay) && (best == null || relay.weight() > best.weight())) {
                best = relay;
            }
        }
        return best;
    }

    private static double weight(String name) {
        return view.consensus().bandwidthWeights().get(name) / 10_000.0;
    }

    /** A relay's weight in a position, directory caches counted once more: dir-spec, "bandwidth-weights". */
    private static double weight(Relay relay, String guard, String plain, double exit, String both) {
        double directory = relay.has(RelayFlag.V2_DIR) ? positionWeight(relay, "Wgb", "Wmb", weight("Web"), "Wdb") : 1;
        return positionWeight(relay, guard, plain, exit, both) * directory * relay.weight();
    }

    private static double positionWeight(Relay relay, String guard, String plain, double exit, String both) {
        boolean leaves = relay.has(RelayFlag.EXIT) && !relay.has(RelayFlag.BAD_EXIT);
        if (relay.has(RelayFlag.GUARD)) {
            return leaves ? weight(both) : weight(guard);
        }
        return leaves ? exit : weight(plain);
    }

    /** The chi-square statistic of the drawings, divided by what it may be at most at the significance. */
    private static double excess(int draws, Predicate<Relay> condition, ToDoubleFunction<Relay> weight, Drawing drawing)
            throws NoPathException {
        List<Relay> candidates = new ArrayList<>();
        double total = 0;
        for (Relay relay : view.relays()) {
            if (relay.has(RelayFlag.RUNNING) && relay.has(RelayFlag.VALID) && condition.test(relay)) {
                candidates.add(relay);
                total += weight.applyAsDouble(relay);
            }
        }
        // relays of one kind side by side, so that a wrong weight of a kind shows in whole bins
        candidates.sort(Comparator.comparing((Relay relay) -> relay.has(RelayFlag.GUARD))
                .thenComparing(relay -> relay.has(RelayFlag.EXIT))
                .thenComparing(relay -> relay.has(RelayFlag.V2_DIR)));
        Map<RsaIdentity, Integer> counts = new HashMap<>();
        for (int i = 0; i < draws; i++) {
            counts.merge(drawing.draw().rsaIdentity(), 1, Integer::sum);
        }
        double perBin = Math.max(10.0 * total / draws, total / MAX_BINS); // at least ten expected in each
        double statistic = 0;
        int bins = 0;
        int seen = 0;
        double binWeight = 0;
        int binCount = 0;
        for (int i = 0; i < candidates.size(); i++) {
            Relay relay = candidates.get(i);
            binWeight += weight.applyAsDouble(relay);
            binCount += counts.getOrDefault(relay.rsaIdentity(), 0);
            if (binWeight >= perBin || i == candidates.size() - 1) {
                double expected = draws * binWeight / total;
                statistic += expected == 0 ? binCount : (binCount - expected) * (binCount - expected) / expected;
                bins++;
                seen += binCount;
                binWeight = 0;
                binCount = 0;
            }
        }
        assertThat(bins).isGreaterThan(4);
        assertThat(seen).as("draws of relays that fit").isEqualTo(draws);
        double freedom = bins - 1.0;
        double spread = 2 / (9 * freedom); // the approximation of Wilson and Hilferty
        return statistic / (freedom * Math.pow(1 - spread + Z * Math.sqrt(spread), 3));
    }
}
