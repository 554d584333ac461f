package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.directory.doc.ProtocolVersions;
import org.onion4j.directory.doc.TestConsensus;
import org.onion4j.directory.fetch.DirectoryStatus.ClockSkew;
import org.onion4j.directory.fetch.DirectoryStatus.Phase;
import org.onion4j.directory.fetch.FakeDirectories.Behaviour;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.state.StateStore;
import org.onion4j.directory.view.ClientProtocols;
import org.onion4j.directory.view.Relay;

/** A client's directory life where directories, clocks and files do not behave. */
class HostileDirectoriesTest {
    private static final Instant START = DirectoryManagerTest.START;
    private static final Instant VALID_AFTER = DirectoryManagerTest.VALID_AFTER;

    private final FakeRuntime runtime = new FakeRuntime(START);
    private final FakeDirectories directories = new FakeDirectories(runtime);
    private final StateStore store = new MemoryStateStore();

    private Client client() {
        return new Client(runtime, directories, store, directories.network(8));
    }

    /** T31: two of three directories, fallbacks and caches alike, are of no use. */
    @ParameterizedTest
    @EnumSource(
            value = Behaviour.class,
            names = {"UNREACHABLE", "SILENT", "DRIPS", "NOT_FOUND", "BUSY", "RUBBISH", "ALTERS"})
    void t31_twoOfThreeBad_bootstrapsWithinAMinute(Behaviour behaviour) {
        directories.publish(60, VALID_AFTER, 1);
        for (int i = 0; i < 60; i++) {
            if (i % 3 != 0) {
                directories.behaviours.put(FakeDirectories.identity("fallback" + i), behaviour);
                directories.behaviours.put(
                        org.onion4j.directory.view.SyntheticNetwork.identity("relay" + i), behaviour);
            }
        }
        Client client = client();
        runtime.run(Duration.ofSeconds(60));
        assertThat(client.ready()).as(client.status().toString()).isTrue();
    }

    /** T31: where none is of use, few requests are made, and the status says what is wrong. */
    @ParameterizedTest
    @EnumSource(
            value = Behaviour.class,
            names = {"UNREACHABLE", "SILENT", "DRIPS", "NOT_FOUND", "BUSY", "RUBBISH", "ALTERS"})
    void t31_allBad_fewRequestsInAnHour(Behaviour behaviour) {
        directories.publish(60, VALID_AFTER, 1);
        directories.usual = behaviour;
        Client client = client();
        runtime.run(Duration.ofHours(1));
        assertThat(directories.asked.size()).isBetween(8, 30);
        assertThat(client.status().phase()).isEqualTo(Phase.CONSENSUS);
        boolean answers = List.of(Behaviour.NOT_FOUND, Behaviour.BUSY, Behaviour.RUBBISH, Behaviour.ALTERS)
                .contains(behaviour);
        assertThat(client.status().blockage().orElseThrow())
                .isInstanceOf(answers ? DirectoryStatus.NothingUseful.class : DirectoryStatus.Unreachable.class);
        assertThat(client.status().blockage().orElseThrow().describe()).contains("tries");
        directories.usual = Behaviour.GOOD;
        runtime.run(Duration.ofMinutes(25));
        assertThat(client.ready()).as("goes on by itself").isTrue();
    }

    /** T31: the consensus comes, but microdescriptors don't. */
    @ParameterizedTest
    @EnumSource(
            value = Behaviour.class,
            names = {"UNREACHABLE", "SILENT", "DRIPS", "NOT_FOUND", "BUSY", "RUBBISH"})
    void t31_microdescriptorsNowhere_fewRequestsInAnHour(Behaviour behaviour) {
        directories.publish(60, VALID_AFTER, 1);
        directories.withMicrodescriptors = java.util.Optional.of(behaviour);
        Client client = client();
        runtime.run(Duration.ofHours(1));
        assertThat(directories.asked.size()).isBetween(5, 33);
        assertThat(client.status().phase()).isEqualTo(Phase.MICRODESCRIPTORS);
        assertThat(client.status().blockage()).isPresent();
    }

    /** T33: an older consensus never takes the place of a newer one. */
    @Test
    void t33_olderConsensus_isNotTaken() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofSeconds(10));
        directories.publish(30, VALID_AFTER.minus(Duration.ofHours(1)), 1);
        directories.consensusTime = Instant.MAX; // as if it were new
        runtime.run(Duration.ofHours(6));
        assertThat(directories.count("/tor/status-vote")).isGreaterThan(1);
        assertThat(client.manager.view().orElseThrow().validAfter()).isEqualTo(VALID_AFTER);
    }

    /** T33: what is done with the consensus of the last run, by its age. */
    @ParameterizedTest
    @CsvSource({"2, true", "26, true", "28, false", "30, false", "144, false"})
    void t33_restartAfterHours_usesWhatIsNotADayOutOfDate(int hours, boolean used) {
        directories.publish(30, VALID_AFTER, 1);
        try (Client first = client()) {
            runtime.run(Duration.ofSeconds(10));
            assertThat(first.ready()).isTrue();
        }
        directories.usual = Behaviour.UNREACHABLE;
        runtime.setClock(VALID_AFTER.plus(Duration.ofHours(hours)));
        Client second = client();
        runtime.run(Duration.ofSeconds(10));
        assertThat(second.ready()).isEqualTo(used);
        assertThat(second.manager.view().isPresent()).isEqualTo(used);
        assertThat(store.read(DirectoryCache.CONSENSUS).isPresent()).isEqualTo(hours < 100);
        directories.usual = Behaviour.GOOD;
        directories.publish(30, VALID_AFTER.plus(Duration.ofHours(hours)), 1);
        second.manager.networkChanged();
        runtime.run(Duration.ofMinutes(hours < 3 ? 51 : 1)); // in its time while the old one is live, else at once
        assertThat(second.ready()).isTrue();
        assertThat(second.manager.view().orElseThrow().validAfter())
                .isEqualTo(VALID_AFTER.plus(Duration.ofHours(hours)));
        String request = directories.requests.get(directories.requests.size() - 1);
        assertThat(directories.requests.stream().anyMatch(r -> r.contains("X-Or-Diff-From-Consensus")))
                .as("a diff is asked for while directories keep them: %s", request)
                .isEqualTo(hours < 100);
    }

    /** T35: what was not asked for, or is not what was asked for, is not kept. */
    @Test
    void t35_unaskedMicrodescriptors_areNotKept() {
        directories.publish(30, VALID_AFTER, 1);
        String stranger = TestConsensus.microdescriptor("stranger", "");
        directories.microdescriptors.replaceAll((digest, text) -> text + stranger + "onion-key\njunk\n");
        Client client = client();
        runtime.run(Duration.ofSeconds(30));
        assertThat(client.ready()).isTrue();
        for (int i = 0; i < 16; i++) {
            assertThat(store.read(DirectoryCache.segmentName(i))
                            .map(b -> new String(b, StandardCharsets.US_ASCII))
                            .orElse(""))
                    .doesNotContain(stranger)
                    .doesNotContain("junk");
        }
    }

    /** T35: where one directory's copies are bad, others are asked for them. */
    @Test
    void t35_badCopies_areFetchedElsewhere() {
        directories.publish(60, VALID_AFTER, 1);
        directories.withheld.addAll(directories.microdescriptors.keySet());
        for (int i = 0; i < 60; i += 2) {
            directories.behaviours.put(
                    org.onion4j.directory.view.SyntheticNetwork.identity("relay" + i), Behaviour.WITHHOLDS);
        }
        Client client = client();
        runtime.run(Duration.ofMinutes(2));
        assertThat(client.manager.view().orElseThrow().relays()).allMatch(Relay::hasMicrodescriptor);
    }

    /** T36: a network that demands what we don't speak is not used, unless its demand is older than we are. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void t36_requiredProtocolsMissing_isTooOld(boolean demandIsYounger) throws Exception {
        directories.publish(directories.draft(30, 1).required("Link=4 Relay=63"), VALID_AFTER);
        ClientProtocols protocols = new ClientProtocols(
                ProtocolVersions.parse("Link=4-5 Relay=2"), demandIsYounger ? VALID_AFTER : VALID_AFTER.plusSeconds(1));
        Client client = new Client(runtime, directories, store, directories.network(8), protocols);
        runtime.run(Duration.ofMinutes(5));
        assertThat(client.ready()).isEqualTo(!demandIsYounger);
        if (demandIsYounger) {
            assertThat(client.status().blockage())
                    .contains(new DirectoryStatus.ClientTooOld(ProtocolVersions.parse("Relay=63")));
        }
    }

    /** T37: a clock that is wrong by hours does no harm; by days it is told, with sign and size, and healed by setting it. */
    @ParameterizedTest
    @CsvSource({"PT3H, true", "PT-3H, true", "P3D, false", "P-3D, false", "P10950D, false", "P-10950D, false"})
    void t37_wrongClock_isToldAndHealed(Duration ahead, boolean harmless) {
        directories.publish(30, VALID_AFTER, 1);
        directories.certificatesExpire = Instant.parse("2025-01-01T00:00:00Z");
        directories.trueTimeOffset = ahead.negated();
        runtime.setClock(START.plus(ahead));
        Client client = client();
        runtime.run(Duration.ofMinutes(3));
        assertThat(client.ready()).isEqualTo(harmless);
        if (harmless) {
            return;
        }
        ClockSkew skew = (ClockSkew) client.status().blockage().orElseThrow();
        assertThat(skew.ahead()).isBetween(ahead.minusSeconds(10), ahead.plusSeconds(10));
        assertThat(skew.describe()).contains(ahead.isNegative() ? "slow" : "fast");
        runtime.setClock(runtime.now().minus(ahead));
        directories.trueTimeOffset = Duration.ZERO;
        runtime.run(Duration.ofSeconds(60));
        assertThat(client.ready()).isTrue();
        assertThat(client.status().blockage()).isEmpty();
    }

    /** T37: a clock that is so wrong that no link opens is told by the links' certificates, once two relays say so. */
    @ParameterizedTest
    @ValueSource(strings = {"P3D", "P-10950D"})
    void t37_noLinkOpens_isToldByCertificates(Duration ahead) {
        directories.publish(30, VALID_AFTER, 1);
        directories.usual = Behaviour.OUT_OF_ITS_TIME;
        directories.certificateSkew = ahead.negated();
        runtime.setClock(START.plus(ahead));
        Client client = client();
        runtime.run(Duration.ofMinutes(3));
        assertThat(client.status().blockage()).contains(new ClockSkew(ahead, ClockSkew.Measure.AT_LEAST));
        assertThat(client.status().blockage().orElseThrow().describe())
                .isEqualTo("the clock is at least " + ahead.abs().toDays() + " days "
                        + (ahead.isNegative() ? "slow" : "fast"));
        runtime.setClock(runtime.now().minus(ahead));
        directories.usual = Behaviour.GOOD;
        runtime.run(Duration.ofSeconds(60));
        assertThat(client.ready()).isTrue();
        assertThat(client.status().blockage()).isEmpty();
    }

    /** T37: whoever asks after the clock was set needn't wait until that is noticed by itself. */
    @Test
    void t37_clockSet_isNoticedWhenLookedAtAgain() {
        directories.publish(30, VALID_AFTER, 1);
        directories.trueTimeOffset = Duration.ofDays(-3);
        runtime.setClock(START.plus(Duration.ofDays(3)));
        Client client = client();
        runtime.run(Duration.ofMinutes(3));
        client.manager.lookAgain();
        assertThat(client.status().blockage().orElseThrow()).isInstanceOf(ClockSkew.class);
        runtime.setClock(runtime.now().minus(Duration.ofDays(3)));
        directories.trueTimeOffset = Duration.ZERO;
        client.manager.lookAgain();
        assertThat(client.status().blockage()).isEmpty();
    }

    /** What a person is told of a clock. */
    @ParameterizedTest
    @CsvSource({
        "PT24H41M34.666S, the clock is 1 day fast",
        "PT49H, the clock is 2 days 1 h fast",
        "PT-5H-7M, the clock is 5 h 7 min slow",
        "PT2H, the clock is 2 h fast",
        "PT31M59S, the clock is 31 min fast",
        "PT-0.5S, the clock is 0 s slow"
    })
    void clockSkew_isTellableInWords(Duration ahead, String words) {
        assertThat(new ClockSkew(ahead, ClockSkew.Measure.TOLD).describe()).isEqualTo(words);
    }

    /** T37: one relay with old certificates among others that can't be reached says nothing about the clock. */
    @Test
    void t37_oneRelayOutOfItsTime_isNotBelieved() {
        directories.publish(30, VALID_AFTER, 1);
        directories.usual = Behaviour.UNREACHABLE;
        directories.certificateSkew = Duration.ofDays(-3);
        Client client = client();
        directories.behaviours.put(FakeDirectories.identity("fallback0"), Behaviour.OUT_OF_ITS_TIME);
        runtime.run(Duration.ofMinutes(3));
        assertThat(client.status().blockage().orElseThrow()).isInstanceOf(DirectoryStatus.Unreachable.class);
    }

    /** T37: what one directory says of the time, with its own clock or an old or future document, is not believed. */
    @ParameterizedTest
    @CsvSource({"NOT_FOUND, P0D, P3D", "GOOD, P-5D, P0D", "GOOD, P5D, P0D", "GOOD, P5D, P5D"})
    void t37_oneDirectoryOfAnotherTime_isNotBelieved(Behaviour behaviour, Duration consensusAge, Duration clockOffset) {
        directories.publish(30, VALID_AFTER.plus(consensusAge), 1);
        directories.usual = Behaviour.UNREACHABLE;
        directories.behaviours.put(FakeDirectories.identity("fallback0"), behaviour);
        directories.clockOffsets.put(FakeDirectories.identity("fallback0"), clockOffset);
        Client client = client();
        runtime.run(Duration.ofMinutes(10));
        assertThat(directories.requests).isNotEmpty();
        assertThat(client.status().blockage().orElseThrow()).isNotInstanceOf(ClockSkew.class);
    }

    /** T37: an authority is believed alone. */
    @Test
    void t37_oneAuthorityOfAnotherTime_isBelieved() {
        directories.usual = Behaviour.UNREACHABLE;
        directories.behaviours.put(FakeDirectories.identity("auth0"), Behaviour.NOT_FOUND);
        directories.clockOffsets.put(FakeDirectories.identity("auth0"), Duration.ofDays(3));
        Client client = client();
        runtime.run(Duration.ofHours(1));
        ClockSkew skew = (ClockSkew) client.status().blockage().orElseThrow();
        assertThat(skew.measure()).isEqualTo(ClockSkew.Measure.TOLD);
        assertThat(skew.ahead()).isBetween(Duration.parse("P-3DT-10S"), Duration.parse("P-3DT10S"));
    }

    /** T37: what most authorities have signed shows that its time has come, whoever gives it. */
    @Test
    void t37_signedConsensusOfTheFuture_isBelieved() {
        directories.publish(30, VALID_AFTER, 1);
        try (Client first = client()) {
            runtime.run(Duration.ofSeconds(10)); // gets the authorities' certificates
            assertThat(first.ready()).isTrue();
        }
        store.delete(DirectoryCache.CONSENSUS);
        directories.publish(30, VALID_AFTER.plus(Duration.ofDays(5)), 1);
        directories.usual = Behaviour.UNREACHABLE;
        directories.behaviours.put(FakeDirectories.identity("fallback0"), Behaviour.GOOD);
        Client client = client();
        runtime.run(Duration.ofMinutes(10));
        ClockSkew skew = (ClockSkew) client.status().blockage().orElseThrow();
        assertThat(skew.measure()).isEqualTo(ClockSkew.Measure.AT_LEAST);
        assertThat(skew.ahead()).isBetween(Duration.ofDays(-5), Duration.ofDays(-4));
    }

    /** T37: the same, while running. */
    @Test
    void t37_clockSetWhileRunning_isNoticed() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofMinutes(1));
        assertThat(client.ready()).isTrue();
        runtime.setClock(runtime.now().plus(Duration.ofDays(5)));
        directories.trueTimeOffset = Duration.ofDays(-5);
        runtime.run(Duration.ofMinutes(5));
        assertThat(client.ready()).isFalse();
        assertThat(client.status().blockage().orElseThrow()).isInstanceOf(ClockSkew.class);
        runtime.setClock(runtime.now().minus(Duration.ofDays(5)));
        directories.trueTimeOffset = Duration.ZERO;
        runtime.run(Duration.ofSeconds(60));
        assertThat(client.ready()).isTrue();
    }

    /** A machine that slept for a night has another consensus soon after it wakes. */
    @Test
    void t79_sleep_isFollowedByARefresh() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofMinutes(1));
        runtime.setClock(runtime.now().plus(Duration.ofHours(8)));
        directories.publish(30, VALID_AFTER.plus(Duration.ofHours(8)), 2);
        runtime.run(Duration.ofSeconds(60));
        assertThat(client.ready()).isTrue();
        assertThat(client.manager.view().orElseThrow().validAfter()).isEqualTo(VALID_AFTER.plus(Duration.ofHours(8)));
    }

    /** T38: no circuits while most exits are withheld; enough of them, and there are. */
    @Test
    void t38_exitsWithheld_isNotReady() {
        directories.publish(60, VALID_AFTER, 1);
        int exits = 0;
        for (var entry : directories.microdescriptors.entrySet()) {
            if (entry.getValue().contains("accept") && ++exits > 6) { // 30 % of 20 stay
                directories.withheld.add(entry.getKey());
            }
        }
        directories.usual = Behaviour.WITHHOLDS;
        Client client = client();
        runtime.run(Duration.ofMinutes(10));
        assertThat(client.ready()).isFalse();
        assertThat(client.status().phase()).isEqualTo(Phase.MICRODESCRIPTORS);
        DirectoryStatus.TooFewRelays blockage =
                (DirectoryStatus.TooFewRelays) client.status().blockage().orElseThrow();
        assertThat(blockage.coverage().exits()).isLessThan(0.6);
        assertThat(blockage.describe()).contains("% of exits");
        directories.withheld.clear();
        client.manager.networkChanged();
        runtime.run(Duration.ofMinutes(1));
        assertThat(client.ready()).isTrue();
    }

    /** T32: a consensus that too few signed is refused wherever it comes from. */
    @Test
    void t32_tooFewSignatures_isNeverUsed() {
        TestConsensus draft = directories.draft(30, 1).validAfter(VALID_AFTER);
        directories.consensus = draft.signedBy(directories.voters, directories.voters.subList(0, 1));
        directories.consensusTime = VALID_AFTER;
        Client client = client();
        runtime.run(Duration.ofHours(1));
        assertThat(client.manager.view()).isEmpty();
        assertThat(client.status().phase()).isEqualTo(Phase.CONSENSUS);
        assertThat(store.read(DirectoryCache.CONSENSUS)).isEmpty();
    }

    @Test
    void certificatesExpired_consensusWaitsForOthers() {
        directories.publish(30, VALID_AFTER, 1);
        directories.certificatesExpire = START.minusSeconds(1);
        Client client = client();
        runtime.run(Duration.ofMinutes(2));
        assertThat(client.ready()).isFalse();
        assertThat(client.status().phase()).isEqualTo(Phase.CERTIFICATES);
        directories.certificatesExpire = START.plus(Duration.ofDays(90));
        client.manager.networkChanged();
        runtime.run(Duration.ofSeconds(30));
        assertThat(client.ready()).isTrue();
    }

    @Test
    void oneCertificateFaulty_theOthersCount_andTheSourceIsLeft() {
        directories.publish(30, VALID_AFTER, 1);
        directories.faultyCertificates = 1;
        Client client = client();
        runtime.run(Duration.ofMinutes(1));
        assertThat(client.ready()).as("two of three signatures are enough").isTrue();
        assertThat(directories.count("/tor/keys/")).isEqualTo(1);
    }

    @Test
    void mostCertificatesFaulty_othersAreAskedUntilThereAreEnough() {
        directories.publish(30, VALID_AFTER, 1);
        directories.faultyCertificates = 2;
        Client client = client();
        runtime.run(Duration.ofMinutes(1));
        assertThat(client.ready()).isFalse();
        assertThat(new HashSet<>(directories.asked)).hasSizeGreaterThan(1);
        directories.faultyCertificates = 0;
        client.manager.networkChanged();
        runtime.run(Duration.ofSeconds(30));
        assertThat(client.ready()).isTrue();
    }

    /** T78: links that are dropped or found dead say nothing of the directories, and don't make us ask without end. */
    @Test
    void t78_linksGone_countAgainstNobody() {
        directories.publish(30, VALID_AFTER, 1);
        directories.usual = Behaviour.LINK_GONE;
        Client client = client();
        runtime.run(Duration.ofMinutes(10));
        assertThat(client.status().blockage()).isEmpty();
        assertThat(directories.asked).hasSizeLessThan(60);
        directories.usual = Behaviour.GOOD;
        client.manager.networkChanged();
        runtime.run(Duration.ofSeconds(10));
        assertThat(client.ready()).isTrue();
    }

    @Test
    void diffThatDoesNotApply_isFollowedByAWholeConsensus() {
        directories.publish(30, VALID_AFTER, 1);
        Client client = client();
        runtime.run(Duration.ofSeconds(10));
        byte[] stored = store.read(DirectoryCache.CONSENSUS).orElseThrow();
        stored[stored.length - 40] ^= 1;
        stored[100] ^= 1;
        store.write(DirectoryCache.CONSENSUS, stored); // as a disk may do
        directories.publish(30, VALID_AFTER.plus(Duration.ofHours(2)), 2);
        runtime.run(Duration.ofHours(3));
        assertThat(client.manager.view().orElseThrow().validAfter()).isEqualTo(VALID_AFTER.plus(Duration.ofHours(2)));
        List<String> requests = directories.requests.stream()
                .filter(r -> r.contains("/tor/status-vote"))
                .toList();
        assertThat(requests.get(1)).contains("X-Or-Diff");
        assertThat(requests.get(2)).doesNotContain("X-Or-Diff");
    }

    /** T74: files cut, emptied, filled with noise or with another network's documents. */
    @ParameterizedTest
    @ValueSource(strings = {"cut", "empty", "noise", "foreign", "gone"})
    void t74_damagedFiles_areSetAsideAndRebuilt(String damage) {
        directories.publish(60, VALID_AFTER, 1);
        try (Client first = client()) {
            runtime.run(Duration.ofSeconds(10));
            assertThat(first.ready()).isTrue();
        }
        for (String name : List.of(
                DirectoryCache.CONSENSUS,
                DirectoryCache.CERTIFICATES,
                DirectoryCache.segmentName(0),
                DirectoryCache.segmentName(1))) {
            byte[] good = store.read(name).orElseThrow();
            switch (damage) {
                case "cut" -> store.write(name, Arrays.copyOf(good, good.length * 2 / 3));
                case "empty" -> store.write(name, new byte[0]);
                case "noise" -> {
                    byte[] noise = new byte[5000];
                    new Random(1).nextBytes(noise);
                    store.write(name, noise);
                }
                case "foreign" -> store.write(name, foreign(name, good));
                default -> store.delete(name);
            }
        }
        Client second = client();
        runtime.run(Duration.ofSeconds(30));
        assertThat(second.ready()).as(damage).isTrue();
        assertThat(second.manager.view().orElseThrow().relays()).hasSize(60).allMatch(Relay::hasMicrodescriptor);
        try (Client third = client()) {
            int before = directories.asked.size();
            runtime.run(Duration.ofSeconds(10));
            assertThat(third.ready()).isTrue();
            assertThat(directories.asked).as("all is on disk again").hasSize(before);
        }
    }

    /** Well formed, but by authorities of another network. */
    private byte[] foreign(String name, byte[] good) {
        if (name.equals(DirectoryCache.CONSENSUS)) {
            return directories
                    .draft(5, 1)
                    .validAfter(VALID_AFTER)
                    .signed(org.onion4j.directory.doc.TestAuthority.some(6).subList(3, 6));
        } else if (name.equals(DirectoryCache.CERTIFICATES)) {
            return org.onion4j.directory.doc.TestAuthority.some(6)
                    .get(4)
                    .certificate(START, START.plus(Duration.ofDays(1)))
                    .getBytes(StandardCharsets.US_ASCII);
        }
        String stranger = TestConsensus.microdescriptor("stranger", "");
        return (new String(good, StandardCharsets.US_ASCII) + stranger + "onion-key\nbroken\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Certificates lost: the consensus needn't be fetched again. */
    @Test
    void t74_certificatesGone_onlyTheyAreFetched() {
        directories.publish(30, VALID_AFTER, 1);
        try (Client first = client()) {
            runtime.run(Duration.ofSeconds(10));
            assertThat(first.ready()).isTrue();
        }
        store.delete(DirectoryCache.CERTIFICATES);
        directories.requests.clear();
        Client second = client();
        runtime.run(Duration.ofSeconds(10));
        assertThat(second.ready()).isTrue();
        assertThat(directories.requests).singleElement().asString().contains("/tor/keys/fp-sk/");
    }

    /** The same stored documents when the client trusts other authorities: nothing of them is used. */
    @Test
    void otherNetwork_storedConsensusIsNotTrusted() {
        directories.publish(30, VALID_AFTER, 1);
        try (Client first = client()) {
            runtime.run(Duration.ofSeconds(10));
            assertThat(first.ready()).isTrue();
        }
        FakeDirectories others = new FakeDirectories(runtime);
        others.voters.clear();
        others.voters.addAll(org.onion4j.directory.doc.TestAuthority.some(6).subList(3, 6));
        others.usual = Behaviour.UNREACHABLE;
        Client second = new Client(runtime, others, store, others.network(8));
        runtime.run(Duration.ofSeconds(10));
        assertThat(second.manager.view()).isEmpty();
        assertThat(second.ready()).isFalse();
    }
}
