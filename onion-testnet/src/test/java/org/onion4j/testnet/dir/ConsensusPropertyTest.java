package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.ConsensusVerifier;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.RouterStatus;
import org.onion4j.testnet.dir.AuthoritySettings.FlagChange;

/** Whatever three authorities think, the client reads their consensus, and it is what the majority thinks. */
class ConsensusPropertyTest {
    private static final TestDirectory NETWORK = new TestDirectory(21);

    /** What one authority thinks of some relays. */
    private record Opinion(Map<String, Integer> parameters, Map<Integer, String> more, Map<Integer, String> less) {
        AuthoritySettings settings() {
            Map<RsaIdentity, FlagChange> changes = new HashMap<>();
            for (int i = 0; i < NETWORK.identities.size(); i++) {
                changes.put(
                        NETWORK.identities.get(i).rsaIdentity(),
                        new FlagChange(
                                more.containsKey(i) ? ImmutableSortedSet.of(more.get(i)) : ImmutableSortedSet.of(),
                                less.containsKey(i) ? ImmutableSortedSet.of(less.get(i)) : ImmutableSortedSet.of()));
            }
            return AuthoritySettings.DEFAULT.withParameters(parameters).withFlagChanges(changes);
        }
    }

    @Property(tries = 60)
    void turnOver_anyOpinions_giveWhatTheMajorityThinks(@ForAll("opinions") @Size(3) List<Opinion> opinions)
            throws Exception {
        for (int i = 0; i < opinions.size(); i++) {
            NETWORK.authorities.all().get(i).setSettings(opinions.get(i).settings());
        }
        DirectorySnapshot snapshot =
                NETWORK.authorities.turnOver(TestDirectory.NOW).orElseThrow();
        Consensus consensus =
                Consensus.parse(snapshot.microdescConsensus().text().toArray());

        assertThat(new ConsensusVerifier(NETWORK.voters())
                        .verify(consensus, snapshot.certificates(), TestDirectory.NOW)
                        .good())
                .isEqualTo(3);
        assertThat(consensus.parameters()).isEqualTo(expectedParameters(opinions));
        Map<RsaIdentity, Map<String, Integer>> votes = flagVotes(snapshot);
        for (RsaIdentity identity : votes.keySet()) {
            Map<String, Integer> counts = votes.get(identity);
            boolean listed = counts.getOrDefault("Running", 0) >= 2 && counts.getOrDefault("Valid", 0) >= 2;
            Optional<RouterStatus> relay = consensus.relays().stream()
                    .filter(r -> r.rsaIdentity().equals(identity))
                    .findFirst();
            assertThat(relay.isPresent()).isEqualTo(listed);
            boolean middle = counts.getOrDefault("MiddleOnly", 0) >= 2;
            if (listed && !middle) {
                for (String flag : FlagRules.KNOWN) {
                    assertThat(relay.get().has(RelayFlag.ofKeyword(flag).orElseThrow()))
                            .as(flag)
                            .isEqualTo(counts.getOrDefault(flag, 0) >= 2);
                }
            }
        }
    }

    private static Map<String, Integer> expectedParameters(List<Opinion> opinions) {
        Map<String, List<Integer>> values = new HashMap<>();
        for (Opinion opinion : opinions) {
            opinion.parameters()
                    .forEach((name, value) ->
                            values.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
        }
        Map<String, Integer> expected = new HashMap<>();
        values.forEach((name, all) -> {
            all.sort(null);
            if (all.size() >= 2) {
                expected.put(name, all.get((all.size() - 1) / 2));
            }
        });
        return expected;
    }

    /** How many votes each flag of each relay has. */
    private static Map<RsaIdentity, Map<String, Integer>> flagVotes(DirectorySnapshot snapshot) throws Exception {
        Map<RsaIdentity, Map<String, Integer>> all = new HashMap<>();
        for (var text : snapshot.votes().values()) {
            for (VoteEntry entry : VoteParser.parse(text.toArray()).vote().entries()) {
                Map<String, Integer> counts = all.computeIfAbsent(entry.identity(), id -> new HashMap<>());
                for (String flag : new TreeSet<>(entry.flags())) {
                    counts.merge(flag, 1, Integer::sum);
                }
            }
        }
        return all;
    }

    @Provide
    Arbitrary<List<Opinion>> opinions() {
        Arbitrary<Integer> relays = Arbitraries.integers().between(0, NETWORK.identities.size() - 1);
        Arbitrary<String> flags = Arbitraries.of(FlagRules.KNOWN);
        Arbitrary<Map<String, Integer>> parameters = Arbitraries.maps(
                        Arbitraries.of("circwindow", "cc_alg", "a", "b-c"), Arbitraries.integers())
                .ofMaxSize(4);
        return Combinators.combine(
                        parameters,
                        Arbitraries.maps(relays, flags).ofMaxSize(9),
                        Arbitraries.maps(relays, flags).ofMaxSize(9))
                .as((p, more, less) ->
                        new Opinion(ImmutableMap.copyOf(p), ImmutableMap.copyOf(more), ImmutableMap.copyOf(less)))
                .list()
                .ofSize(3);
    }
}
