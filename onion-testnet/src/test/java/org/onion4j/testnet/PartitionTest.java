package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;

/** A network in two parts: neither cells nor documents get across. */
class PartitionTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final StreamOptions PATIENT =
            StreamOptions.builder().timeout(Duration.ofMinutes(30)).build();

    private TestNetwork network;
    private List<TestRelay> minority;
    private List<TestRelay> majority;

    /** Both sides have guards, an exit and directories; one has a single authority. */
    private void start() throws Exception {
        network = TestNetwork.builder().seed(21).standingTime().build();
        minority = List.of(
                network.relay("auth3"),
                network.relay("relay1"),
                network.relay("relay2"),
                network.relay("relay3"),
                network.relay("exit2"));
        majority = new ArrayList<>(network.relays());
        majority.removeAll(minority);
    }

    @AfterEach
    void end() {
        network.close();
    }

    /** Lets time go on until something is done. */
    private <T> T await(CompletableFuture<T> one) throws Exception {
        network.time().settle(Duration.ofSeconds(1));
        for (int step = 0; step < 1000; step++) {
            try {
                return one.get(2, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                network.time().advance(Duration.ofSeconds(2));
            }
        }
        return one.get(30, TimeUnit.SECONDS);
    }

    private String fetch(OnionClient client) throws Exception {
        return await(client.openStreamAsync("open.example", 80, PATIENT).thenApply(PartitionTest::readAll));
    }

    private static String readAll(OnionStream stream) {
        try (stream) {
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void assertUntouched(List<TestRelay> relays) {
        assertThat(relays).allSatisfy(relay -> assertThat(relay.seen()).isEmpty());
    }

    @Test
    void newConsensus_isKnownWhereMostAuthoritiesAre_untilThePartsJoin() throws Exception {
        start();
        String before = network.consensus();
        network.partition(minority);

        network.time().advance(HOUR);

        String after = network.consensus();
        assertThat(after).isNotEqualTo(before).contains("r relay4 ").doesNotContain("r relay1 ", "r auth3 ");
        assertThat(after.split("directory-signature ", -1)).as("two signatures").hasSize(3);
        assertThat(majority).extracting(TestRelay::consensus).containsOnly(after);
        assertThat(minority).extracting(TestRelay::consensus).containsOnly(before);

        network.join();
        assertThat(network.relays()).extracting(TestRelay::consensus).containsOnly(after);

        network.time().advance(HOUR);
        String last = network.consensus();
        network.relays().forEach(relay -> assertThat(last).contains("r " + relay.nickname() + " "));
        assertThat(last.split("directory-signature ", -1)).hasSize(4);
        assertThat(network.relays()).extracting(TestRelay::consensus).containsOnly(last);
    }

    @Test
    void clients_liveOnTheDocumentsAndRelaysOfTheirSide() throws Exception {
        start();
        network.serve("open.example", 80, TestNetworkTest.says("open"));
        OnionClient cutOff = network.newClient();
        OnionClient other = network.newClient();
        network.partition(minority, cutOff);
        network.time().advance(HOUR);
        network.relays().forEach(TestRelay::forget);

        await(cutOff.bootstrapAsync());
        assertThat(fetch(cutOff)).isEqualTo("open");
        assertUntouched(majority);

        cutOff.close(); // or it would go on to build circuits where the other is not to be seen
        network.time().advance(Duration.ofMinutes(1));
        network.relays().forEach(TestRelay::forget);
        await(other.bootstrapAsync());
        assertThat(fetch(other)).isEqualTo("open");
        assertUntouched(minority);
    }

    @Test
    void clientWithoutDirectories_waitsUntilThePartsJoin() throws Exception {
        start();
        network.serve("open.example", 80, TestNetworkTest.says("open"));
        OnionClient cutOff = network.newClient();
        network.partition(List.of(network.relay("relay1"), network.relay("relay2"), network.relay("exit1")), cutOff);
        CompletableFuture<Void> joining = cutOff.bootstrapAsync();

        network.time().advance(Duration.ofMinutes(2));
        assertThat(joining).isNotDone();
        network.join();

        await(joining);
        assertThat(fetch(cutOff)).isEqualTo("open");
    }

    @Test
    void noSideWithMostAuthorities_makesNoConsensus() throws Exception {
        network = TestNetwork.builder().seed(22).authorities(4).standingTime().build();
        String before = network.consensus();
        network.partition(List.of(network.relay("auth1"), network.relay("auth2"), network.relay("exit1")));

        network.time().advance(HOUR);
        assertThat(network.relays()).extracting(TestRelay::consensus).containsOnly(before);

        network.join();
        assertThat(network.consensus()).isEqualTo(before);
        network.time().advance(HOUR);
        assertThat(network.consensus()).isNotEqualTo(before).contains("r exit1 ");
        assertThat(network.relays()).extracting(TestRelay::consensus).containsOnly(network.consensus());
    }

    @Test
    void deadAndFrozenAuthorities_doNotVote() throws Exception {
        start();
        String before = network.consensus();
        network.relay("auth1").kill();
        network.time().advance(HOUR);
        String two = network.consensus();
        assertThat(two.split("directory-signature ", -1)).hasSize(3);

        network.relay("auth2").freeze();
        network.time().advance(HOUR);
        assertThat(network.consensus()).isEqualTo(two).isNotEqualTo(before);

        network.relay("auth1").revive();
        network.time().advance(HOUR);
        assertThat(network.consensus()).isNotEqualTo(two).contains("r auth1 ");
    }

    /** Documents go around a cut between two relays, and not where it leaves no way. */
    @Test
    void cutsBetweenPairs_holdDocumentsUpOnlyWhereNoWayIsLeft() throws Exception {
        start();
        TestRelay lonely = network.relay("relay6");
        network.relays().stream()
                .filter(relay -> relay != lonely && relay != network.relay("exit1"))
                .forEach(relay -> network.partition(lonely, relay));

        network.time().advance(HOUR);
        assertThat(lonely.consensus()).isEqualTo(network.consensus()).contains("r relay6 ");

        network.partition(lonely, network.relay("exit1"));
        network.time().advance(HOUR);
        assertThat(lonely.consensus()).isNotEqualTo(network.consensus());
        assertThat(network.consensus()).doesNotContain("r relay6 ");

        network.join(lonely, network.relay("relay1"));
        assertThat(lonely.consensus()).isEqualTo(network.consensus());
    }

    @Test
    void relaysAndClientsOfAnotherNetwork_areRefused() throws Exception {
        start();
        TestRelay ours = network.relay("relay1");
        try (TestNetwork other = TestNetwork.builder().relays(2).exits(1).build()) {
            TestRelay theirs = other.relay("relay2");
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> network.partition(minority, other.newClient()),
                    () -> network.partition(List.of(theirs)),
                    () -> network.partition(ours, theirs),
                    () -> network.partition(theirs, ours),
                    () -> network.join(theirs, ours))) {
                assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThat(network.parts().faults().areApart("relay1", "relay2")).isFalse();
    }

    /** The same seed and cut give the same documents. */
    @Test
    void documentsOfACutNetwork_followFromTheSeed() throws Exception {
        List<String> consensuses = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            start();
            network.partition(minority);
            network.time().advance(HOUR);
            network.join();
            network.time().advance(HOUR);
            consensuses.add(network.consensus());
            network.close();
        }
        assertThat(consensuses.get(0)).isEqualTo(consensuses.get(1));
    }
}
