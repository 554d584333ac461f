package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.NoPathException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.testnet.junit.OnionNetwork;

/** A network without exits leads to onion services, and clients know at once that it leads nowhere else. */
@OnionNetwork(seed = 61, relays = 8, exits = 0)
@Timeout(120)
class WithoutExitsTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

    @Test
    void onionService_isReached(TestNetwork network, OnionClient client) throws Exception {
        try (OnionClient host = network.newClient();
                OnionService service = host.host(OnionServiceConfig.builder()
                        .port(80, stream -> {
                            stream.getOutputStream().write(HELLO);
                            stream.close();
                        })
                        .build())) {
            service.awaitPublished(Duration.ofMinutes(1));

            assertThat(TestNetworkTest.read(client, service.address(), 80)).isEqualTo("hello");
        }
    }

    @Test
    void otherDestinations_areRefusedWithoutWaiting(TestNetwork network, OnionClient client) throws Exception {
        client.bootstrap();

        assertThatThrownBy(() -> client.openStream("a.example", 80))
                .isInstanceOf(NoPathException.class)
                .hasMessageContaining("no exit is known");
        assertThatThrownBy(() -> client.resolve("a.example")).isInstanceOf(NoPathException.class);
        assertThat(network.relays())
                .allSatisfy(relay -> assertThat(relay.seen()).noneMatch(SeenCircuit::knowsDestination));
    }

    @Test
    @OnionNetwork(seed = 62, relays = 6, exits = 0, time = OnionNetwork.Time.STANDING)
    void clientThatIsInTheNetwork_comesToRest(TestNetwork network, OnionClient client) throws Exception {
        client.bootstrap();

        assertThat(network.time().settle(Duration.ofSeconds(30))).isTrue();
    }
}
