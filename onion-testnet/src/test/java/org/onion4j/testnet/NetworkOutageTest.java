package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.circuit.cell.DestroyReason;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.testnet.relay.RelayScript;
import org.onion4j.testnet.relay.ScriptedCircuit;

/** A client whose own network fails or changes, or whose guard is hostile: hours of it. */
class NetworkOutageTest {
    private static final int PRIMARY_GUARDS = 3;
    private static final int MOST_CIRCUITS_IN_AN_HOUR = 120;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static TestNetwork network(long seed) throws TestNetworkException {
        TestNetwork network = TestNetwork.builder()
                .relays(6)
                .exits(2)
                .seed(seed)
                .standingTime()
                .build();
        network.serve(ClientUnderTest.HOST, ClientUnderTest.PORT, TestNetworkTest.says("open"));
        return network;
    }

    /** Half a day and more, with an outage every few hours, of seconds to hours, while somebody goes on asking. */
    @Test
    void t77_outagesForDays_firstHopsStayWithinThePrimaryGuards() throws Exception {
        Random random = new Random(77);
        try (TestNetwork network = network(1);
                OnionClient client = network.newClient()) {
            ClientUnderTest.fetch(network, client, MINUTE);
            Set<TestRelay> before = ClientUnderTest.guardsInUse(network);
            for (int outage = 0; outage < 3; outage++) {
                network.parts().faults().refuse("client0");
                network.parts().faults().reset("client0");
                CompletableFuture<OnionStream> asked = client.openStreamAsync(
                        ClientUnderTest.HOST, ClientUnderTest.PORT, ClientUnderTest.newCircuit(Duration.ofMinutes(2)));
                int hours = random.nextInt(5);
                network.time()
                        .advance(hours > 0 ? Duration.ofHours(hours) : Duration.ofSeconds(1 + random.nextInt(600)));
                network.parts().faults().admit("client0");
                ClientUnderTest.fetch(network, client, MINUTE);
                asked.cancel(false);
                network.time().advance(Duration.ofHours(1));
            }

            assertThat(ClientUnderTest.guardsInUse(network)).hasSizeLessThanOrEqualTo(PRIMARY_GUARDS);
            network.time().advance(Duration.ofHours(2)); // no circuit is built ahead any more
            network.relays().forEach(TestRelay::forget);
            ClientUnderTest.fetch(network, client, MINUTE);
            assertThat(ClientUnderTest.guardsInUse(network))
                    .as("no guard was blamed")
                    .isEqualTo(before);
        }
    }

    /** What holds launches back after many have failed goes by the network's time: none is made while that stands still. */
    @Test
    void t77_backOffAfterAnOutage_isOfTheNetworksTime() throws Exception {
        try (TestNetwork network = network(2);
                OnionClient client = network.newClient()) {
            ClientUnderTest.fetch(network, client, MINUTE);
            network.parts().faults().refuse("client0");
            network.parts().faults().reset("client0");
            CompletableFuture<OnionStream> asked = client.openStreamAsync(
                    ClientUnderTest.HOST, ClientUnderTest.PORT, ClientUnderTest.newCircuit(Duration.ofDays(1)));
            network.time().advance(Duration.ofMinutes(30));
            network.parts().faults().admit("client0");

            assertThat(network.time().settle(ClientUnderTest.REAL_LIMIT)).isTrue();
            assertThat(asked).isNotDone();
            assertThat(ClientUnderTest.pass(network, asked, MINUTE)).isPositive();
            asked.get(ClientUnderTest.REAL_LIMIT.toSeconds(), TimeUnit.SECONDS).close();
        }
    }

    /** A device that leaves one network for another: old connections are silent for ever, new ones work. */
    private static final class Device implements SocketConnector {
        private final AtomicReference<SocketConnector> now = new AtomicReference<>();

        @Override
        public Socket connect(InetSocketAddress address, int timeoutMillis) throws IOException {
            return now.get().connect(address, timeoutMillis);
        }

        @Override
        public Socket connect(InetSocketAddress address, int timeoutMillis, Consumer<? super Socket> beforehand)
                throws IOException {
            return now.get().connect(address, timeoutMillis, beforehand);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void t78_oldLinksSilentlyDead_aStreamWorksInTime(boolean hint) throws Exception {
        Duration limit = hint ? Duration.ofSeconds(10) : MINUTE;
        Device device = new Device();
        try (TestNetwork network = network(3)) {
            device.now.set(network.parts().connector(100));
            try (OnionClient client = network.parts()
                    .clientBuilder(environment -> TestEnvironments.with(environment, device))
                    .build()) {
                ClientUnderTest.fetch(network, client, MINUTE);
                CompletableFuture<OnionStream> old = client.openStreamAsync(ClientUnderTest.HOST, ClientUnderTest.PORT);
                ClientUnderTest.pass(network, old, MINUTE);
                Set<TestRelay> before = ClientUnderTest.guardsInUse(network);

                network.parts().faults().freeze("client100");
                device.now.set(network.parts().connector(101));
                if (hint) {
                    client.networkChanged();
                }
                assertThat(ClientUnderTest.fetch(network, client, limit)).isLessThanOrEqualTo(limit);

                network.time().advance(MINUTE);
                assertThat(old.get().isOpen()).isFalse();
                assertThat(ClientUnderTest.guardsInUse(network))
                        .containsAll(before)
                        .hasSizeLessThanOrEqualTo(hint ? 1 : PRIMARY_GUARDS);
            }
        }
    }

    /** Destroys what a client begins. */
    private static final RelayScript DESTROYER = new RelayScript() {
        @Override
        public void onCircuit(ScriptedCircuit circuit) {
            circuit.close(DestroyReason.NONE);
        }
    };

    @Test
    void t85_guardThatDestroysEachCircuit_anotherServesWithinAMinute() throws Exception {
        try (TestNetwork network = network(5);
                OnionClient client = network.newClient()) {
            ClientUnderTest.fetch(network, client, MINUTE);
            TestRelay hostile = ClientUnderTest.firstHops(network).iterator().next();
            network.parts().faults().reset("client0");
            hostile.host().script(DESTROYER);
            network.relays().forEach(TestRelay::forget);

            ClientUnderTest.fetch(network, client, MINUTE);
            for (int minute = 0; minute < 60; minute += 5) {
                network.time().advance(Duration.ofMinutes(5));
                ClientUnderTest.fetch(network, client, MINUTE);
            }

            assertThat(hostile.seen()).isNotEmpty().hasSizeLessThanOrEqualTo(MOST_CIRCUITS_IN_AN_HOUR);
        }
    }

    @Test
    void t85_allGuardsDestroyEachCircuit_launchesAreFewAndTheRequestFailsInItsTime() throws Exception {
        try (TestNetwork network = network(6);
                OnionClient client = network.newClient()) {
            ClientUnderTest.fetch(network, client, MINUTE);
            network.parts().faults().reset("client0");
            network.relays().forEach(relay -> relay.host().script(DESTROYER));
            network.relays().forEach(TestRelay::forget);

            for (int i = 0; i < 30; i++) {
                CompletableFuture<OnionStream> asked = client.openStreamAsync(
                        ClientUnderTest.HOST, ClientUnderTest.PORT, ClientUnderTest.newCircuit(Duration.ofMinutes(2)));
                network.time().advance(Duration.ofMinutes(2).plusSeconds(1));
                assertThatThrownBy(() -> asked.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            }

            assertThat(ClientUnderTest.begun(network)).isBetween(5L, (long) MOST_CIRCUITS_IN_AN_HOUR);
        }
    }

    /** The same for who wants an onion service whose descriptor is known, and no exits, for which as many may be begun. */
    @Test
    void t85_allGuardsDestroyEachCircuit_askingForAServiceBeginsFew(@TempDir Path state) throws Exception {
        try (TestNetwork network = network(7);
                OnionClient client = network.newClient();
                TimedService service = new TimedService(network, state, 3)) {
            service.fetch(client);
            String address = service.address();
            service.stop();
            network.time().advance(Duration.ofHours(2)); // no circuit is built ahead any more
            network.parts().faults().reset("client0");
            network.relays().forEach(relay -> relay.host().script(DESTROYER));
            network.relays().forEach(TestRelay::forget);

            for (int i = 0; i < 30; i++) {
                CompletableFuture<OnionStream> asked = client.openStreamAsync(
                        address, TimedService.PORT, ClientUnderTest.newCircuit(Duration.ofMinutes(2)));
                network.time().advance(Duration.ofMinutes(2).plusSeconds(1));
                assertThatThrownBy(() -> asked.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
            }

            assertThat(ClientUnderTest.begun(network)).isBetween(5L, (long) MOST_CIRCUITS_IN_AN_HOUR);
        }
    }
}
