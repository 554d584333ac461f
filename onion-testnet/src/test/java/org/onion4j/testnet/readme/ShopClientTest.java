package org.onion4j.testnet.readme;

// README: begin
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.Handlers;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestRelay;
import org.onion4j.testnet.junit.OnionNetwork;

@OnionNetwork(relays = 6, exits = 2, seed = 42)
class ShopClientTest {
    /** What your application does: here it asks a server for a greeting. */
    private static String greeting(OnionClient client, String host) throws IOException {
        try (OnionStream stream = client.openStream(host, 7000)) {
            return new String(stream.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Test
    void greeting_comesThroughTheNetwork(TestNetwork network, OnionClient client) throws Exception {
        network.serve("shop.example", 7000, Handlers.sends("welcome".getBytes(UTF_8)));

        assertEquals("welcome", greeting(client, "shop.example"));
    }

    @Test
    void relays_neverKnowBothWhoAndWhere(TestNetwork network, OnionClient client) throws Exception {
        network.serve("secret.example", 7000, Handlers.sends("hush".getBytes(UTF_8)));

        greeting(client, "secret.example");

        for (TestRelay relay : network.relays()) {
            assertTrue(relay.seen().stream().noneMatch(seen -> seen.knowsClient() && seen.knowsDestination()));
        }
    }

    @Test
    void application_survivesAnExitThatDies(TestNetwork network, OnionClient client) throws Exception {
        network.serve("busy.example", 7000, Handlers.sends("open".getBytes(UTF_8)));
        network.exits().get(0).kill();

        assertEquals("open", greeting(client, "busy.example"));

        network.exits().get(0).revive();
    }

    @Test
    void client_staysInTheNetworkForADay(TestNetwork network, OnionClient client) throws Exception {
        network.serve("late.example", 7000, Handlers.sends("still here".getBytes(UTF_8)));
        client.bootstrap();

        network.time().advance(Duration.ofHours(24)); // takes no day

        assertEquals("still here", greeting(client, "late.example"));
    }

    @Test
    void unknownHosts_areNotFound(OnionClient client) {
        assertThrows(HostNotFoundException.class, () -> greeting(client, "nowhere.example"));
    }
}
// README: end
