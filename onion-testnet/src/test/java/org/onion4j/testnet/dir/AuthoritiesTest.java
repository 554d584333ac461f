package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.primitive.Digests;
import org.onion4j.directory.doc.AuthorityCertificate;
import org.onion4j.directory.doc.Consensus;
import org.onion4j.directory.doc.ConsensusVerifier;
import org.onion4j.directory.doc.Microdescriptor;
import org.onion4j.directory.doc.MicrodescriptorParser;
import org.onion4j.directory.doc.RelayFlag;
import org.onion4j.directory.doc.RouterStatus;
import org.onion4j.directory.doc.ServerDescriptor;
import org.onion4j.directory.doc.SharedRandomValue;
import org.onion4j.directory.doc.SignatureVerdict;
import org.onion4j.testnet.dir.AuthoritySettings.Behaviour;
import org.onion4j.testnet.dir.AuthoritySettings.FlagChange;

/** What authorities publish, read by the client's own parsers. */
class AuthoritiesTest {
    private final TestDirectory network = new TestDirectory(1);

    private Consensus consensus(DirectorySnapshot snapshot) throws Exception {
        return Consensus.parse(snapshot.microdescConsensus().text().toArray());
    }

    private SignatureVerdict verdict(DirectorySnapshot snapshot) throws Exception {
        return new ConsensusVerifier(network.voters())
                .verify(consensus(snapshot), snapshot.certificates(), TestDirectory.NOW);
    }

    private static RouterStatus relay(Consensus consensus, String nickname) {
        return consensus.relays().stream()
                .filter(r -> r.nickname().equals(nickname))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void turnOver_consensus_isSignedByAllAndListsAllRelays() throws Exception {
        DirectorySnapshot snapshot =
                network.authorities.turnOver(TestDirectory.NOW).orElseThrow();

        Consensus consensus = consensus(snapshot);
        assertThat(verdict(snapshot).good()).isEqualTo(3);
        assertThat(consensus.method()).isEqualTo(35);
        assertThat(consensus.validAfter()).isEqualTo(Instant.parse("2026-03-01T12:00:00Z"));
        assertThat(consensus.freshUntil()).isEqualTo(Instant.parse("2026-03-01T12:05:00Z"));
        assertThat(consensus.validUntil()).isEqualTo(Instant.parse("2026-03-01T12:15:00Z"));
        assertThat(consensus.relays()).hasSize(9);
        assertThat(consensus.bandwidthWeights()).containsEntry("Wmm", 10_000);
        assertThat(consensus.currentSharedRandom()).isPresent();
        assertThat(consensus.previousSharedRandom()).isPresent();
        assertThat(relay(consensus, "relay0").has(RelayFlag.AUTHORITY)).isTrue();
        assertThat(relay(consensus, "relay3").has(RelayFlag.AUTHORITY)).isFalse();
        assertThat(relay(consensus, "relay8").has(RelayFlag.EXIT)).isTrue();
        assertThat(relay(consensus, "relay7").has(RelayFlag.EXIT)).isFalse();
        assertThat(consensus.relays()).allMatch(r -> r.has(RelayFlag.HS_DIR) && r.has(RelayFlag.V2_DIR));
        assertThat(consensus.relays()).anyMatch(r -> r.has(RelayFlag.GUARD));
    }

    @Test
    void turnOver_certificates_areReadByTheClient() throws Exception {
        DirectorySnapshot snapshot =
                network.authorities.turnOver(TestDirectory.NOW).orElseThrow();
        for (AuthorityCertificate certificate : snapshot.certificates()) {
            assertThat(AuthorityCertificate.parseAll(certificate.text().toArray()))
                    .hasSize(1);
            assertThat(certificate.validAt(TestDirectory.NOW)).isTrue();
        }
    }

    @Test
    void turnOver_aMonthLater_isSignedWithNewKeys_andOldSignaturesCanBeVerifiedStill() throws Exception {
        Instant later = TestDirectory.NOW.plus(Duration.ofDays(31));
        DirectorySnapshot before =
                network.authorities.turnOver(TestDirectory.NOW).orElseThrow();
        DirectorySnapshot after = network.authorities.turnOver(later).orElseThrow();

        ConsensusVerifier verifier = new ConsensusVerifier(network.voters());
        assertThat(verifier.verify(consensus(after), after.certificates(), later)
                        .good())
                .isEqualTo(3);
        assertThat(verifier.verify(consensus(before), after.certificates(), later)
                        .good())
                .isEqualTo(3);
        assertThat(verifier.verify(consensus(after), before.certificates(), later)
                        .good())
                .isZero();
    }

    @Test
    void turnOver_microdescriptors_areThoseOfTheConsensus() throws Exception {
        DirectorySnapshot snapshot =
                network.authorities.turnOver(TestDirectory.NOW).orElseThrow();
        for (RouterStatus relay : consensus(snapshot).relays()) {
            Bytes text = snapshot.microdescriptors().get(relay.microdescriptorDigest());
            assertThat(text).isNotNull();
            assertThat(Digests.sha256(text.toArray())).isEqualTo(relay.microdescriptorDigest());
            ServerDescriptor descriptor = snapshot.descriptors().get(relay.rsaIdentity());
            MicrodescriptorParser.Result parsed = new MicrodescriptorParser().parseAll(text.toArray());
            assertThat(parsed.good()).singleElement().satisfies(found -> {
                Microdescriptor one = found.microdescriptor();
                assertThat(one.ntorOnionKey()).isEqualTo(descriptor.keys().ntorOnionKey());
                assertThat(one.ed25519Identity()).contains(descriptor.keys().ed25519Identity());
            });
        }
    }

    @Test
    void turnOver_sameSeed_givesTheSameConsensus() {
        TestDirectory again = new TestDirectory(1);
        TestDirectory other = new TestDirectory(2);
        SignedConsensus first =
                network.authorities.turnOver(TestDirectory.NOW).orElseThrow().microdescConsensus();
        assertThat(again.authorities.turnOver(TestDirectory.NOW).orElseThrow().microdescConsensus())
                .isEqualTo(first);
        assertThat(other.authorities.turnOver(TestDirectory.NOW).orElseThrow().microdescConsensus())
                .isNotEqualTo(first);
    }

    @Test
    void turnOver_authorityThatDoesNotSign_leavesTwoSignatures() throws Exception {
        set(0, AuthoritySettings.DEFAULT.withBehaviour(Behaviour.VOTES_ALONE));
        DirectorySnapshot snapshot =
                network.authorities.turnOver(TestDirectory.NOW).orElseThrow();
        assertThat(verdict(snapshot).good()).isEqualTo(2);
        assertThat(consensus(snapshot).dirSources()).hasSize(3);
    }

    @Test
    void turnOver_absentAuthority_isNoSource() throws Exception {
        set(1, AuthoritySettings.DEFAULT.withBehaviour(Behaviour.ABSENT));
        DirectorySnapshot snapshot =
                network.authorities.turnOver(TestDirectory.NOW).orElseThrow();
        assertThat(verdict(snapshot).good()).isEqualTo(2);
        assertThat(consensus(snapshot).dirSources()).hasSize(2);
        assertThat(consensus(snapshot).relays()).hasSize(9);
    }

    @Test
    void turnOver_nobodyThere_givesNothing() {
        for (int i = 0; i < 3; i++) {
            set(i, AuthoritySettings.DEFAULT.withBehaviour(Behaviour.ABSENT));
        }
        assertThat(network.authorities.turnOver(TestDirectory.NOW)).isEmpty();
    }

    @Test
    void turnOver_relayThatIsDown_isNotListed() throws Exception {
        network.down.add(network.identities.get(5).rsaIdentity());
        DirectorySnapshot snapshot =
                network.authorities.turnOver(TestDirectory.NOW).orElseThrow();
        assertThat(consensus(snapshot).relays())
                .hasSize(8)
                .noneMatch(r -> r.nickname().equals("relay5"));
    }

    @Test
    void turnOver_parametersAndFlags_takeTheMajority() throws Exception {
        RsaIdentity relay = network.identities.get(4).rsaIdentity();
        for (int i = 0; i < 3; i++) {
            Map<String, Integer> parameters = new HashMap<>(ImmutableMap.of("all", 10 * i, "zero", 1));
            if (i == 2) {
                parameters.remove("zero");
                parameters.put("one", 1);
            }
            set(
                    i,
                    AuthoritySettings.DEFAULT
                            .withParameters(parameters)
                            .withFlagChanges(
                                    i == 0
                                            ? ImmutableMap.of(relay, FlagChange.adding("Exit"))
                                            : ImmutableMap.of(relay, FlagChange.removing("HSDir"))));
        }
        Consensus consensus =
                consensus(network.authorities.turnOver(TestDirectory.NOW).orElseThrow());
        assertThat(consensus.parameters()).containsOnly(Map.entry("all", 10), Map.entry("zero", 1));
        assertThat(relay(consensus, "relay4").has(RelayFlag.HS_DIR)).isFalse();
        assertThat(relay(consensus, "relay4").has(RelayFlag.EXIT)).isFalse();
    }

    @Test
    void turnOver_middleOnly_takesOtherRolesAway() throws Exception {
        RsaIdentity relay = network.identities.get(8).rsaIdentity();
        for (int i = 0; i < 3; i++) {
            set(i, AuthoritySettings.DEFAULT.withFlagChanges(ImmutableMap.of(relay, FlagChange.adding("MiddleOnly"))));
        }
        RouterStatus found =
                relay(consensus(network.authorities.turnOver(TestDirectory.NOW).orElseThrow()), "relay8");
        assertThat(found.has(RelayFlag.MIDDLE_ONLY)).isTrue();
        assertThat(found.has(RelayFlag.BAD_EXIT)).isTrue();
        assertThat(found.has(RelayFlag.EXIT) || found.has(RelayFlag.GUARD) || found.has(RelayFlag.HS_DIR))
                .isFalse();
    }

    @Test
    void turnOver_measuredBandwidth_countsFromThreeOn() throws Exception {
        RsaIdentity relay = network.identities.get(4).rsaIdentity();
        set(0, AuthoritySettings.DEFAULT.withMeasured(ImmutableMap.of(relay, 5L)));
        set(1, AuthoritySettings.DEFAULT.withMeasured(ImmutableMap.of(relay, 77L)));
        Consensus two =
                consensus(network.authorities.turnOver(TestDirectory.NOW).orElseThrow());
        assertThat(relay(two, "relay4").measured()).isFalse();
        assertThat(relay(two, "relay4").bandwidth()).isEqualTo(1400);
        set(2, AuthoritySettings.DEFAULT.withMeasured(ImmutableMap.of(relay, 1_000_000L)));
        Consensus three =
                consensus(network.authorities.turnOver(TestDirectory.NOW).orElseThrow());
        assertThat(relay(three, "relay4").measured()).isTrue();
        assertThat(relay(three, "relay4").bandwidth()).isEqualTo(77);
        assertThat(relay(three, "relay5").bandwidth())
                .as("not measured, so not trusted")
                .isEqualTo(20);
    }

    @Test
    void turnOver_aDayOfTurns_makesANewRandomValueEachRun() throws Exception {
        Set<SharedRandomValue> values = new HashSet<>();
        Optional<SharedRandomValue> last = Optional.empty();
        Instant now = TestDirectory.NOW;
        for (int turn = 0; turn < 60; turn++) {
            Consensus consensus = consensus(network.authorities.turnOver(now).orElseThrow());
            SharedRandomValue current = consensus.currentSharedRandom().orElseThrow();
            assertThat(current.reveals()).isEqualTo(3);
            if (last.isPresent() && !last.get().equals(current)) {
                assertThat(consensus.previousSharedRandom()).isEqualTo(last);
            }
            last = Optional.of(current);
            values.add(current);
            now = network.authorities.nextTurn(now);
        }
        assertThat(values).hasSize(3);
    }

    @Test
    void turnOver_timeMovedByHours_goesOnAsIfNoRoundWasMissed() throws Exception {
        TestDirectory patient = new TestDirectory(1);
        Instant now = TestDirectory.NOW;
        network.authorities.turnOver(now);
        Instant later = now.plus(Duration.ofHours(5));
        while (now.isBefore(later)) {
            patient.authorities.turnOver(now);
            now = now.plus(TestDirectory.SCHEDULE.interval());
        }
        Consensus jumped = consensus(network.authorities.turnOver(later).orElseThrow());
        Consensus walked = consensus(patient.authorities.turnOver(later).orElseThrow());
        assertThat(jumped.currentSharedRandom()).isEqualTo(walked.currentSharedRandom());
        assertThat(jumped.previousSharedRandom()).isEqualTo(walked.previousSharedRandom());
    }

    @Test
    void turnOver_absentWhileRandomNumbersAreRevealed_countsForTwo() throws Exception {
        Instant now = TestDirectory.NOW;
        network.authorities.turnOver(now);
        long run = TestDirectory.SCHEDULE.randomRun(now);
        set(2, AuthoritySettings.DEFAULT.withBehaviour(Behaviour.ABSENT));
        while (TestDirectory.SCHEDULE.randomRun(now) < run + 2) {
            now = now.plus(TestDirectory.SCHEDULE.interval());
            network.authorities.turnOver(now);
        }
        Consensus consensus = consensus(network.authorities.turnOver(now).orElseThrow());
        assertThat(consensus.currentSharedRandom().map(SharedRandomValue::reveals))
                .contains(2);
    }

    @Test
    void turnOver_halfOrLessPresent_givesNothing() {
        Authority first = network.authorities.all().get(0);
        assertThat(network.authorities.turnOver(TestDirectory.NOW, one -> one == first))
                .isEmpty();
        assertThat(network.authorities.turnOver(TestDirectory.NOW, one -> one != first))
                .isPresent();
    }

    /** One that was cut off for a whole run has made a value of its own; it takes the others' when it is back. */
    @Test
    void turnOver_authorityThatIsBack_takesTheRandomValuesOfTheRest() throws Exception {
        Instant now = TestDirectory.NOW;
        Authority cutOff = network.authorities.all().get(2);
        network.authorities.turnOver(now);
        long run = TestDirectory.SCHEDULE.randomRun(now);
        while (TestDirectory.SCHEDULE.randomRun(now) < run + 3) {
            now = now.plus(TestDirectory.SCHEDULE.interval());
            network.authorities.turnOver(now, one -> one != cutOff);
        }
        assertThat(cutOff.random().vote().current())
                .isNotEqualTo(network.authorities.all().get(0).random().vote().current());

        now = now.plus(TestDirectory.SCHEDULE.interval());
        Consensus consensus = consensus(network.authorities.turnOver(now).orElseThrow());

        assertThat(consensus.currentSharedRandom()).isPresent();
        for (Authority one : network.authorities.all()) {
            assertThat(one.random().vote().current()).isEqualTo(consensus.currentSharedRandom());
            assertThat(one.random().vote().previous()).isEqualTo(consensus.previousSharedRandom());
        }
    }

    @Test
    void submit_olderFutureOrStrangersDescriptor_isNotTaken() {
        Authority authority = network.authorities.all().get(0);
        ServerDescriptor known = network.descriptors.get(3);
        assertThat(authority.submit(known, TestDirectory.NOW)).isEqualTo(Authority.Verdict.NOT_NEW);
        assertThat(authority.submit(known, TestDirectory.NOW.plus(Duration.ofDays(2))))
                .isEqualTo(Authority.Verdict.REJECTED);
        assertThat(authority.submit(known, TestDirectory.NOW.minus(Duration.ofDays(2))))
                .isEqualTo(Authority.Verdict.REJECTED);
    }

    private void set(int authority, AuthoritySettings settings) {
        network.authorities.all().get(authority).setSettings(settings);
    }
}
