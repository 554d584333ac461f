package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.OnionClient;
import org.onion4j.crypto.bytes.Bytes;

/** How long the introduction points of a service stay, and what becomes of them when links, relays or the service itself go. */
@Timeout(180)
class OnionServicePointsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    private Path state;

    private static TestNetwork.Builder network(long seed) {
        return TestNetwork.builder()
                .authorities(1)
                .relays(14)
                .exits(1)
                .seed(seed)
                .standingTime();
    }

    private static Set<Bytes> both(Set<Bytes> a, Set<Bytes> b) {
        Set<Bytes> both = new HashSet<>(a);
        both.retainAll(b);
        return both;
    }

    /** How often directories have been offered a descriptor. */
    private static AtomicInteger countOffers(TestNetwork network) {
        AtomicInteger offers = new AtomicInteger();
        network.relays().forEach(relay -> relay.onions().watch((key, revision) -> offers.incrementAndGet()));
        return offers;
    }

    /** A request that nobody understands closes the circuit. */
    private static Reaction takeNoIntroductions(Passing passing) {
        return passing.isFromClient("ESTABLISH_INTRO") ? Reaction.replace(new byte[1]) : Reaction.pass();
    }

    @Test
    void byAge_pointsAreReplacedAfter18To24Hours() throws Exception {
        try (TestNetwork network = network(71).build();
                TimedService service = new TimedService(network, state, 3)) {
            Map<Bytes, TestRelay> first = service.points();
            assertThat(first).hasSize(3);
            network.time().advance(HOUR.multipliedBy(18).minus(MINUTE.multipliedBy(5)));
            assertThat(service.points()).isEqualTo(first);
            network.time().advance(HOUR.multipliedBy(6).plus(MINUTE.multipliedBy(20)));
            assertThat(service.points()).hasSize(3);
            assertThat(both(service.points().keySet(), first.keySet())).isEmpty();
        }
    }

    @Test
    void byAge_theOldOnesServeUntilClientsKnowTheNew() throws Exception {
        try (TestNetwork network = network(72)
                        .parameter("hs_intro_min_lifetime", 7200)
                        .parameter("hs_intro_max_lifetime", 7200)
                        .build();
                TimedService service = new TimedService(network, state, 3);
                OnionClient client = network.newClient()) {
            service.fetch(client); // and keeps the descriptor, which is good for three hours
            Map<Bytes, TestRelay> first = service.points();
            network.time().advance(HOUR.multipliedBy(2).minus(MINUTE));
            assertThat(service.points()).isEqualTo(first);
            AtomicInteger offers = countOffers(network);

            network.time().advance(MINUTE.multipliedBy(3));
            assertThat(service.points()).hasSize(6).containsAllEntriesOf(first);
            assertThat(offers).as("new descriptors").hasValueGreaterThan(0);
            AtomicInteger introduced = new AtomicInteger();
            first.values()
                    .forEach(relay -> relay.hostile(passing -> {
                        introduced.addAndGet(passing.isFromClient("INTRODUCE1") ? 1 : 0);
                        return Reaction.pass();
                    }));
            assertThat(service.fetch(client)).isLessThan(SECOND);
            assertThat(introduced).as("introductions at old points").hasValue(1);

            network.time().advance(MINUTE.multipliedBy(12));
            assertThat(service.points()).hasSize(3);
            assertThat(both(service.points().keySet(), first.keySet())).isEmpty();
            assertThat(service.fetch(client)).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    void byUse_pointIsReplacedAfterSoManyIntroductions() throws Exception {
        try (TestNetwork network = network(73)
                        .parameter("hs_intro_min_introduce2", 8)
                        .parameter("hs_intro_max_introduce2", 8)
                        .build();
                TimedService service = new TimedService(network, state, 1);
                OnionClient client = network.newClient()) {
            Map<Bytes, TestRelay> first = service.points();
            assertThat(first).hasSize(1);
            for (int i = 0; i < 7; i++) {
                service.fetch(client);
            }
            network.time().advance(MINUTE);
            assertThat(service.points()).isEqualTo(first);
            service.fetch(client);
            network.time().advance(SECOND.multipliedBy(10));
            assertThat(service.points()).hasSize(2).containsAllEntriesOf(first);

            service.fetch(client); // by the point that has served, which clients still know
            network.time().advance(MINUTE.multipliedBy(12));
            assertThat(service.points()).hasSize(1);
            assertThat(both(service.points().keySet(), first.keySet())).isEmpty();
            service.fetch(client);
        }
    }

    @Test
    void atFirst_moreAreAskedThanAreWanted_asTheConsensusSays() throws Exception {
        for (int extra : new int[] {0, 4}) {
            try (TestNetwork network =
                            network(74).parameter("hs_intro_num_extra", extra).build();
                    OnionClient host = network.newClient()) {
                Set<TestRelay> asked = ConcurrentHashMap.newKeySet();
                for (TestRelay relay : network.relays()) {
                    relay.hostile(passing -> {
                        if (!passing.isFromClient("ESTABLISH_INTRO")) {
                            return Reaction.pass();
                        }
                        asked.add(relay);
                        return Reaction.drop();
                    });
                }
                TimedService.hosting(host, 3);
                network.time().settle(Duration.ofSeconds(20));
                network.time().advance(SECOND.multipliedBy(20));
                assertThat(asked).hasSize(3 + extra);
            }
        }
    }

    @Test
    void networkChanged_theSamePointsAreBackAtOnce_andNothingIsPublished() throws Exception {
        try (TestNetwork network = network(75).build();
                TimedService service = new TimedService(network, state, 3);
                OnionClient client = network.newClient()) {
            network.time().advance(MINUTE);
            Map<Bytes, TestRelay> before = service.points();
            AtomicInteger offers = countOffers(network);
            service.client().networkChanged();
            network.time().advance(SECOND.multipliedBy(10));
            assertThat(service.points()).isEqualTo(before);
            assertThat(service.fetch(client)).isLessThan(SECOND);
            network.time().advance(MINUTE);
            assertThat(offers).hasValue(0);
        }
    }

    @Test
    void networkChanged_whenAPointIsGone_itsSuccessorIsPublished() throws Exception {
        try (TestNetwork network = network(76).build();
                TimedService service = new TimedService(network, state, 3)) {
            network.time().advance(MINUTE);
            Map<Bytes, TestRelay> before = service.points();
            AtomicInteger offers = countOffers(network);
            TestRelay gone = before.values().iterator().next();
            gone.hostile(
                    OnionServicePointsTest::takeNoIntroductions); // and is still there for circuits that go through it
            service.client().networkChanged();
            network.time().advance(MINUTE);
            Map<Bytes, TestRelay> after = service.points();
            assertThat(after).hasSize(3).doesNotContainValue(gone);
            assertThat(both(after.keySet(), before.keySet())).hasSize(2);
            assertThat(offers).hasValueGreaterThan(0);
            try (OnionClient client = network.newClient()) {
                assertThat(service.fetch(client)).isLessThan(Duration.ofSeconds(10));
            }
        }
    }

    /** T49: what a relay has seen of the former run fits none of the new keys. */
    @Test
    void t49_restarted_otherKeysAreAtTheSameRelays() throws Exception {
        try (TestNetwork network = network(77).build();
                TimedService service = new TimedService(network, state, 3)) {
            Map<Bytes, TestRelay> before = service.points();
            service.stop();
            assertThat(service.points()).isEmpty();
            network.time().advance(HOUR);
            service.start(Duration.ZERO);
            assertThat(service.points().values()).containsExactlyInAnyOrderElementsOf(before.values());
            assertThat(both(service.points().keySet(), before.keySet())).isEmpty();
        }
    }

    @Test
    void restarted_whatIsGoneFromTheConsensusIsReplaced() throws Exception {
        try (TestNetwork network = network(78).build();
                TimedService service = new TimedService(network, state, 3)) {
            Map<Bytes, TestRelay> before = new HashMap<>(service.points());
            service.stop();
            Map.Entry<Bytes, TestRelay> gone = before.entrySet().stream()
                    .filter(point -> !point.getValue().roles().contains(RelayRole.AUTHORITY)) // it is to vote
                    .findFirst()
                    .orElseThrow();
            gone.getValue().kill();
            network.time()
                    .advance(HOUR.multipliedBy(4)); // so that the service gets a newer consensus before anything else
            service.start(Duration.ZERO);
            before.remove(gone.getKey());
            assertThat(service.points().values())
                    .hasSize(3)
                    .containsAll(before.values())
                    .doesNotContain(gone.getValue());
        }
    }

    @Test
    void restarted_afterTheirTime_allAreReplaced() throws Exception {
        try (TestNetwork network = network(79).build();
                TimedService service = new TimedService(network, state, 3)) {
            Map<Bytes, TestRelay> before = service.points();
            service.stop();
            network.time().advance(HOUR.multipliedBy(25));
            service.start(Duration.ZERO);
            assertThat(service.points()).hasSize(3);
            assertThat(Set.copyOf(service.points().values())).isNotEqualTo(Set.copyOf(before.values()));
        }
    }

    /** T78: nothing is padded here, and nothing is asked over circuits that wait for introductions. */
    @Test
    void t78_linkDiesInSilence_theServiceIsBackWithinTwoMinutes() throws Exception {
        try (TestNetwork network = network(80)
                        .parameter("nf_ito_low", 0)
                        .parameter("nf_ito_high", 0)
                        .build();
                TimedService service = new TimedService(network, state, 3)) {
            network.time().advance(MINUTE.multipliedBy(10));
            Set<TestRelay> guards = ClientUnderTest.firstHops(network);
            Set<TestRelay> back = ConcurrentHashMap.newKeySet();
            for (TestRelay relay : network.relays()) {
                relay.hostile(passing -> {
                    if (passing.isFromRelay("INTRO_ESTABLISHED")) {
                        back.add(relay);
                    }
                    return Reaction.pass();
                });
            }
            guards.forEach(TestRelay::freeze);
            network.time().advance(MINUTE.multipliedBy(2));

            assertThat(back)
                    .as("introduction points over another guard")
                    .hasSizeGreaterThanOrEqualTo(2)
                    .doesNotContainAnyElementsOf(guards);
            guards.forEach(TestRelay::thaw);
            try (OnionClient client = network.newClient()) {
                assertThat(service.fetch(client)).isLessThan(MINUTE);
            }
        }
    }
}
