package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.testnet.junit.OnionNetwork;

/** What goes wrong on request, and that clients survive it. */
@OnionNetwork(seed = 11)
class TestRelayFaultsTest {
    private TestDestination destination;

    @BeforeEach
    void serve(TestNetwork network) {
        destination = network.serve("open.example", 80, TestNetworkTest.says("open"));
    }

    @AfterEach
    void heal(TestNetwork network) throws Exception {
        destination.close();
        for (TestRelay relay : network.relays()) {
            relay.heal();
            relay.revive();
        }
    }

    private static String get(OnionClient client) throws IOException {
        try (OnionStream stream = client.openStream("open.example", 80, TestNetworkTest.newCircuit())) {
            stream.setReadTimeout(Duration.ofSeconds(30));
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** The relay that the client's circuits begin at. */
    private static TestRelay guard(TestNetwork network) {
        List<TestRelay> guards = TestNetworkTest.guards(network);
        return guards.get(guards.size() - 1);
    }

    @Test
    void killedExit_isPassedBy(TestNetwork network, OnionClient client) throws Exception {
        client.bootstrap();
        TestRelay dead = network.exits().get(0);
        dead.kill();
        assertThat(dead.isAlive()).isFalse();

        assertThat(get(client)).isEqualTo("open");

        dead.revive();
        assertThat(dead.isAlive()).isTrue();
    }

    @Test
    void revive_byTwoThreadsAtOnce_revivesOnce(TestNetwork network) throws Exception {
        TestRelay dead = network.relays().get(4);
        dead.kill();
        CountDownLatch bothAsk = new CountDownLatch(1);
        dead.host().loop().execute(() -> Uninterruptibles.awaitUninterruptibly(bothAsk));
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            Set<Thread> asking = ConcurrentHashMap.newKeySet();
            List<Future<?>> asked = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                asked.add(two.submit(() -> {
                    asking.add(Thread.currentThread());
                    dead.revive();
                    return null;
                }));
            }
            while (asking.size() < 2 || asking.stream().anyMatch(one -> one.getState() == Thread.State.RUNNABLE)) {
                Thread.onSpinWait();
            }
            bothAsk.countDown();
            for (Future<?> one : asked) {
                one.get();
            }
        } finally {
            two.shutdownNow();
        }
        assertThat(dead.isAlive()).isTrue();
    }

    @Test
    void networkThatWasFrozenForAnHour_goesOn(TestNetwork network) throws Exception {
        network.relays().forEach(TestRelay::freeze);
        network.time().advance(Duration.ofHours(1));
        network.relays().forEach(TestRelay::thaw);
        try (OnionClient client = network.newClient()) {
            assertThat(get(client)).isEqualTo("open");
        }
    }

    @Test
    void skewedClock_staysSo_whenTheRelayIsRevived(TestNetwork network) throws Exception {
        TestRelay late = network.relays().get(5);
        late.skewClock(Duration.ofHours(-9));
        late.kill();
        late.revive();
        assertThat(late.host().clockOfLinks()).isBefore(network.time().now().minus(Duration.ofHours(8)));
    }

    @Test
    void circuits_areNumberedOnThroughLivesAndForgetting(TestNetwork network, OnionClient client) throws Exception {
        client.bootstrap();
        TestRelay guard = guard(network);
        long last = guard.seen().get(guard.seen().size() - 1).number();
        guard.kill();
        guard.forget();
        guard.revive();
        assertThat(get(client)).isEqualTo("open");
        network.relays().forEach(relay -> {
            long circuits =
                    relay.seen().stream().map(SeenCircuit::number).distinct().count();
            assertThat(circuits).isEqualTo(relay.seen().size());
        });
        assertThat(guard.seen()).allMatch(seen -> seen.number() > last);
    }

    @Test
    void deadExits_areMissedByTheNextConsensus(TestNetwork network) throws Exception {
        TestRelay dead = network.exits().get(1);
        dead.kill();

        network.time().advance(Duration.ofHours(1));
        assertThat(network.consensus()).contains("r exit1 ").doesNotContain("r exit2 ");

        dead.revive();
        network.time().advance(Duration.ofHours(1));
        assertThat(network.consensus()).contains("r exit2 ");
    }

    @Test
    void frozenGuard_isGivenUpWhenItsTimeIsOver(TestNetwork network, OnionClient client) throws Exception {
        network.relays().forEach(TestRelay::forget);
        assertThat(get(client)).isEqualTo("open");
        TestRelay frozen = guard(network);
        frozen.freeze();
        CompletableFuture<OnionStream> waiting =
                client.openStreamAsync("open.example", 80, TestNetworkTest.newCircuit());

        network.time().advance(Duration.ofMinutes(3));

        try (OnionStream stream = waiting.get()) {
            assertThat(stream.getInputStream().readAllBytes()).hasSize("open".length());
        }
        frozen.thaw();
        assertThat(get(client)).isEqualTo("open");
    }

    @Test
    void corruptedCell_endsTheCircuitAndNothingElse(TestNetwork network, OnionClient client) throws Exception {
        try (TestDestination echo = network.serve("echo.example", 7, Handlers.echo());
                OnionStream stream = client.openStream("echo.example", 7, TestNetworkTest.newCircuit())) {
            network.relays().forEach(relay -> relay.corruptCell(1));
            stream.setReadTimeout(Duration.ofSeconds(30));
            stream.getOutputStream().write('x');
            assertThatThrownBy(() -> stream.getInputStream().read()).isInstanceOf(CircuitClosedException.class);
            assertThat(echo.connections()).isEqualTo(1);
        }
        network.relays().forEach(TestRelay::heal);

        assertThat(get(client)).isEqualTo("open");
    }

    @Test
    void droppedCell_stallsItsStream(TestNetwork network, OnionClient client) throws Exception {
        try (TestDestination echo = network.serve("echo.example", 7, Handlers.echo());
                OnionStream stream = client.openStream("echo.example", 7, TestNetworkTest.newCircuit())) {
            network.exits().forEach(relay -> relay.dropCell(1));
            stream.getOutputStream().write('x');
            stream.setReadTimeout(Duration.ofMillis(50));
            assertThatThrownBy(() -> stream.getInputStream().read()).isInstanceOf(StreamTimeoutException.class);
            assertThat(echo.connections()).isEqualTo(1);
        }
    }

    /** The first cell is what comes to the exit, the second is its own. */
    @Test
    void corruptedCellOfTheExitItself_comesAfterItsDestinationHeard(TestNetwork network, OnionClient client)
            throws Exception {
        String host = "own-cells.example";
        CompletableFuture<Integer> heard = new CompletableFuture<>();
        try (TestDestination answering = network.serve(host, 7, connection -> {
                    heard.complete(connection.input().read());
                    connection.output().write('y');
                    connection.output().flush();
                });
                OnionStream stream = client.openStream(host, 7, TestNetworkTest.newCircuit())) {
            TestRelay exit = network.exits().stream()
                    .filter(relay -> relay.seen().stream()
                            .anyMatch(seen -> seen.destinations().stream()
                                    .anyMatch(one -> one.host().equals(host))))
                    .findAny()
                    .orElseThrow();
            exit.corruptCell(2);
            stream.setReadTimeout(Duration.ofSeconds(30));
            stream.getOutputStream().write('x');
            assertThatThrownBy(() -> stream.getInputStream().read()).isInstanceOf(CircuitClosedException.class);
            assertThat(heard.get()).isEqualTo('x');
            assertThat(answering.connections()).isEqualTo(1);
        }

        assertThat(get(client)).isEqualTo("open");
    }

    /** What a request takes by the network's time. */
    private static Duration timeOf(TestNetwork network, OnionClient client) throws IOException {
        Instant before = network.time().now();
        assertThat(get(client)).isEqualTo("open");
        return Duration.between(before, network.time().now());
    }

    @Test
    void delayedRelays_workLater(TestNetwork network, OnionClient client) throws Exception {
        client.bootstrap();
        network.relays().forEach(relay -> relay.delay(Duration.ofMillis(20)));

        // BEGIN passes three relays, and so does what comes back.
        assertThat(timeOf(network, client)).isGreaterThanOrEqualTo(Duration.ofMillis(120));
    }

    @Test
    void slowRelays_workSlowly(TestNetwork network, OnionClient client) throws Exception {
        client.bootstrap();
        network.relays().forEach(relay -> relay.limitBandwidth(20_000));

        // DATA alone has 514 bytes on each of three links.
        assertThat(timeOf(network, client)).isGreaterThanOrEqualTo(Duration.ofMillis(3 * 514 / 20));
    }

    /** Only one relay reaches the exits: circuits that are tried over others fail, until one is tried over that. */
    @Test
    void partition_isGoneAround(TestNetwork network, OnionClient client) throws Exception {
        client.bootstrap();
        List<TestRelay> others = new ArrayList<>(network.relays());
        others.removeAll(network.exits());
        TestRelay bridge = network.authorities().get(0); // no guard, and so the likelier in the middle
        others.remove(bridge);
        others.forEach(other -> network.exits().forEach(exit -> network.partition(other, exit)));
        StreamOptions patient = StreamOptions.builder()
                .isolation(IsolationToken.create())
                .timeout(Duration.ofHours(1))
                .build();
        String host = "around.example";
        try (TestDestination around = network.serve(host, 80, TestNetworkTest.says("around"))) {
            CompletableFuture<OnionStream> waiting = client.openStreamAsync(host, 80, patient);

            network.time().advance(Duration.ofMinutes(30));

            try (OnionStream stream = waiting.get()) {
                assertThat(stream.getInputStream().readAllBytes()).hasSize("around".length());
            }
            assertThat(around.connections()).isEqualTo(1);
        }
        List<SeenCircuit> used = network.exits().stream()
                .flatMap(exit -> exit.seen().stream())
                .filter(seen ->
                        seen.destinations().stream().anyMatch(one -> one.host().equals(host)))
                .toList();
        assertThat(used)
                .isNotEmpty()
                .allSatisfy(seen -> assertThat(seen.previous().relay()).contains(bridge.nickname()));
        others.forEach(other -> network.exits().forEach(exit -> network.join(other, exit)));
    }

    @Test
    void authorityThatDoesNotSign_isMissingUnderTheConsensus(TestNetwork network, OnionClient client) throws Exception {
        network.authorities().get(0).withholdSignature();

        network.time().advance(Duration.ofHours(1));

        assertThat(network.consensus().split("directory-signature ", -1)).hasSize(3);
        assertThat(get(client)).isEqualTo("open"); // two of three are enough
        TestRelay noAuthority = network.exits().get(0);
        assertThatThrownBy(noAuthority::withholdSignature).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void deceivingCaches_areFoundOut(TestNetwork network, OnionClient client) throws Exception {
        DirectoryFault[] faults = {DirectoryFault.FORGED, DirectoryFault.TRUNCATED};
        for (int i = 0; i < faults.length; i++) {
            network.authorities().get(i).deceive(faults[i]); // the third is honest
        }
        CompletableFuture<Void> joined = client.bootstrapAsync();
        network.time().advance(Duration.ofMinutes(10)); // until it has asked the honest one
        joined.get();

        assertThat(get(client)).isEqualTo("open");
    }
}
