package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.onion4j.api.OnionClient;
import org.onion4j.testnet.junit.OnionNetwork;

/** A client that nobody uses for days. */
@OnionNetwork(seed = 7, time = OnionNetwork.Time.STANDING)
class IdleClientTest {
    /** Documents are still fetched: this release has no dormancy. But no circuit leads anywhere. */
    @Test
    void t80_idleForTwoDays_buildsNothingAndWakesAtOnce(TestNetwork network, OnionClient client) throws Exception {
        network.serve(ClientUnderTest.HOST, ClientUnderTest.PORT, TestNetworkTest.says("open"));
        ClientUnderTest.fetch(network, client, Duration.ofMinutes(1));
        network.time().advance(Duration.ofHours(3)); // what was expected from the use so far is over
        network.relays().forEach(TestRelay::forget);

        network.time().advance(Duration.ofHours(45));
        assertThat(ClientUnderTest.firstHops(network)).isEmpty();

        assertThat(ClientUnderTest.fetch(network, client, Duration.ofSeconds(10)))
                .isLessThanOrEqualTo(Duration.ofSeconds(10));
    }
}
