package org.onion4j.testnet.readme;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.junit.OnionNetwork;

/** The README's example of an onion service. */
@OnionNetwork(seed = 80, relays = 8)
@Timeout(120)
class HostingTest {
    @Test
    void service_isReachedByItsAddressAlone(TestNetwork network, OnionClient guest) throws Exception {
        try (OnionClient client = network.newClient()) {
            assertThat(hostAndReach(client, guest)).isEqualTo("hello");
        }
    }

    // README: begin
    static String hostAndReach(OnionClient client, OnionClient guest) throws Exception {
        OnionServiceConfig config = OnionServiceConfig.builder()
                .name("greeter") // the state directory keeps its key, and so its address, under this name
                .port(80, stream -> {
                    try (stream) {
                        stream.getOutputStream().write("hello".getBytes(UTF_8));
                    }
                })
                .build();
        try (OnionService service = client.host(config)) {
            service.awaitPublished(Duration.ofMinutes(2));
            try (OnionStream stream = guest.openStream(service.address(), 80)) { // from anywhere, by the address alone
                return new String(stream.getInputStream().readAllBytes(), UTF_8);
            }
        }
    }
    // README: end
}
