package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.VanguardMode;
import org.onion4j.testnet.SeenPaths.Ended;

/** The circuits that a client has ready for onion services, as relays see them; there are no exits, so no others are. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class OnionServiceSparesTest {
    private static final int SPARES = 3;
    private static final int CONNECTIONS = 12;
    private static final int LAYER_TWO = 4;
    private static final List<String> USES = List.of("ESTABLISH_RENDEZVOUS", "INTRODUCE1", "BEGIN_DIR");

    /** Enough for three, one after the other. */
    private static final Duration A_WHILE = Duration.ofSeconds(5);

    private final OnionServiceWorld world =
            new OnionServiceWorld(TestNetwork.builder().exits(0).seed(71));
    private OnionClient client;
    private int revision;

    OnionServiceSparesTest() throws Exception {}

    @BeforeEach
    void begin() throws Exception {
        world.service.publish(++revision);
        client = world.network.newClient();
        world.await(client.bootstrapAsync());
        world.forget();
    }

    @AfterEach
    void end() {
        client.close();
    }

    @AfterAll
    void close() {
        world.close();
    }

    private static void use(OnionServiceWorld world, OnionClient client) throws Exception {
        try (OnionStream stream = world.connect(client)) {
            OnionServiceWorld.assertEcho(stream);
        }
    }

    /** The circuits that are open and of which their last relay has heard nothing. */
    private static List<Ended> unused(OnionServiceWorld world) {
        List<Ended> found = new ArrayList<>();
        for (TestRelay relay : world.network.relays()) {
            for (SeenCircuit seen : relay.seen()) {
                boolean silent =
                        seen.cells().stream().noneMatch(cells -> cells.message().isPresent());
                if (silent && isOpenEnd(seen)) {
                    found.add(new Ended(relay, seen));
                }
            }
        }
        return found;
    }

    private static boolean isOpenEnd(SeenCircuit seen) {
        return !seen.closed().isPresent() && !seen.next().isPresent() && !seen.knowsClient();
    }

    /** Lets some be built, and gives them. */
    private static List<Ended> filled(OnionServiceWorld world, OnionClient client) throws Exception {
        use(world, client);
        world.network.time().advance(A_WHILE);
        List<Ended> spares = unused(world);
        assertThat(spares).hasSize(SPARES);
        return spares;
    }

    private static boolean isOpen(Ended one) {
        return one.relay().seen().stream()
                .anyMatch(seen -> seen.number() == one.circuit().number()
                        && !seen.closed().isPresent());
    }

    @Test
    void noOnionServiceWasUsed_thereAreNone() throws Exception {
        world.network.time().advance(Duration.ofMinutes(10));
        assertThat(circuits()).isZero();
    }

    /** Descriptor, rendezvous and introduction of the next request go over circuits that are there. */
    @ParameterizedTest
    @EnumSource
    void oneWasUsed_nextOneNeedsNoNewCircuit(VanguardMode mode) throws Exception {
        try (OnionClient guarded = world.network.clientBuilder().vanguards(mode).build()) {
            filled(world, guarded);
            guarded.unauthorize(world.service.host()); // and so forgets its descriptor
            world.forget();
            CompletableFuture<OnionStream> opening = world.open(guarded, OnionServiceWorld.apart());
            assertThat(opening).as("without any time").succeedsWithin(ClientUnderTest.REAL_LIMIT);
            try (OnionStream stream = opening.get()) {
                stream.setReadTimeout(ClientUnderTest.REAL_LIMIT);
                OnionServiceWorld.assertEcho(stream);
            }
            assertThat(ClientUnderTest.firstHops(world.network)).isEmpty();
            assertThat(world.circuitsWith("BEGIN_DIR")).hasSize(1);
            assertThat(world.circuitsWith("INTRODUCE1")).hasSize(1);
        }
    }

    /** T47: they go through vanguards like others, and have their length; T69: each is used for one thing. */
    @Test
    void t47_t69_used_keepToThePathRules_andAreUsedOnce() throws Exception {
        for (int i = 0; i < CONNECTIONS; i++) {
            filled(world, client);
            client.unauthorize(world.service.host());
        }
        Set<TestRelay> guards = new HashSet<>();
        Set<TestRelay> seconds = new HashSet<>();
        for (String use : USES) {
            int hops = use.equals("ESTABLISH_RENDEZVOUS") ? 3 : 4;
            List<Ended> ends = world.circuitsWith(use);
            assertThat(ends).as(use).hasSize(CONNECTIONS);
            for (Ended end : ends) {
                List<TestRelay> path = SeenPaths.path(world.network, end);
                assertThat(path).as(use).hasSize(hops);
                assertThat(path.subList(0, 3)).doesNotHaveDuplicates();
                assertThat(path.subList(1, hops)).doesNotHaveDuplicates();
                guards.add(path.get(0));
                seconds.add(path.get(1));
                assertThat(uses(end.circuit())).as("things asked on it").isEqualTo(1);
            }
        }
        assertThat(guards).hasSize(1);
        assertThat(seconds).hasSizeLessThanOrEqualTo(LAYER_TWO).doesNotContainAnyElementsOf(guards);
        assertThat(circuits()).as("no more than were used, or are spare").isEqualTo(3 * CONNECTIONS + SPARES);
    }

    private static long uses(SeenCircuit circuit) {
        return circuit.cells().stream()
                .filter(cells -> cells.message().filter(USES::contains).isPresent())
                .mapToLong(SeenCircuit.Cells::count)
                .sum();
    }

    /** Those of the client that are longer than one hop. */
    private long circuits() {
        return world.network.relays().stream()
                .flatMap(relay -> relay.seen().stream())
                .filter(seen -> seen.knowsClient() && seen.next().isPresent())
                .count();
    }

    @Test
    void notUsedForAnHour_thereIsNoneAnyMore() throws Exception {
        filled(world, client);
        world.network.time().advance(Duration.ofMinutes(20));
        assertThat(unused(world)).hasSize(SPARES);
        world.network.time().advance(Duration.ofMinutes(41));
        assertThat(world.network.relays())
                .allSatisfy(relay -> assertThat(relay.seen()).noneMatch(OnionServiceSparesTest::isOpenEnd));
        world.forget();

        world.network.time().advance(Duration.ofHours(5));
        assertThat(ClientUnderTest.firstHops(world.network)).isEmpty();
    }

    @Test
    void networkChanged_areReplaced() throws Exception {
        List<Ended> before = filled(world, client);
        client.networkChanged();
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        assertThat(before).noneMatch(OnionServiceSparesTest::isOpen);

        world.network.time().advance(A_WHILE);
        assertThat(unused(world)).hasSize(SPARES);
        use(world, client);
    }

    @Test
    void clientIsClosed_areClosed() throws Exception {
        List<Ended> before = filled(world, client);
        client.close();
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        assertThat(before).noneMatch(OnionServiceSparesTest::isOpen);
    }

    /** Without a word from anybody: the relay holds its circuits still when the network has given it up. */
    @Test
    void relayIsGoneFromTheConsensus_thoseThroughItGo() throws Exception {
        TestNetwork.Builder longKept = TestNetwork.builder().exits(0).seed(72).parameter("nf_conntimeout_clients", (int)
                Duration.ofHours(24).toSeconds());
        try (OnionServiceWorld other = new OnionServiceWorld(longKept);
                OnionClient keeper = other.network.newClient()) {
            other.service.publish(1);
            List<Ended> before = filled(other, keeper);
            List<List<Ended>> hops = new ArrayList<>();
            before.forEach(one -> hops.add(SeenPaths.hops(other.network, one)));
            // The authorities are to go on voting.
            TestRelay gone = before.get(SPARES - 1).relay();
            gone.freeze();
            other.network.time().advance(Duration.ofHours(6));
            String states = hops.stream()
                    .map(path -> isOpen(path.get(0)) + " " + path)
                    .toList()
                    .toString();
            for (List<Ended> path : hops) {
                boolean through = path.stream().anyMatch(hop -> hop.relay() == gone);
                assertThat(isOpen(path.get(0)))
                        .as("of %s without %s", states, gone)
                        .isEqualTo(!through);
            }
            assertThat(unused(other)).as("with those that took their place").hasSizeGreaterThanOrEqualTo(SPARES);
        }
    }
}
