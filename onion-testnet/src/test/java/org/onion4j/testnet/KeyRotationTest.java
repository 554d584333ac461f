package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.onion4j.api.OnionClient;
import org.onion4j.crypto.bytes.Bytes;

/** Five weeks of a network: relays and authorities replace the keys that don't live that long, and nobody is lost. */
class KeyRotationTest {
    private static final Duration STEP = Duration.ofDays(1);

    @Test
    void fiveWeeks_oldAndNewClientsGoOn() throws Exception {
        try (TestNetwork network = TestNetwork.builder()
                        .seed(60)
                        .authorities(1)
                        .relays(3)
                        .exits(2)
                        .standingTime()
                        .build();
                OnionClient old = network.newClient()) {
            network.serve("long.example", 80, TestNetworkTest.says("on"));
            RelayHost relay = network.relay("relay1").host();
            TestRelay sleeper = network.relay("exit1"); // for longer than its certificates hold
            Set<Bytes> onionKeys = new HashSet<>();
            Set<Bytes> signingKeys = new HashSet<>();
            Set<String> signers = new HashSet<>();
            assertThat(fetch(old)).isEqualTo("on");
            Bytes first = relay.identity().ntorOnionKey();

            for (int day = 1; day <= 36; day++) {
                network.time().advance(STEP);
                if (day == 2) {
                    sleeper.kill();
                } else if (day == 34) {
                    sleeper.revive();
                }
                onionKeys.add(relay.identity().ntorOnionKey());
                signers.add(signer(network.consensus()));
                signingKeys.add(relay.identity().signing().key().publicKey());
                if (day == 10 || day == 28 || day == 29 || day == 36) {
                    assertThat(fetch(old)).as("day %s", day).isEqualTo("on");
                }
            }

            assertThat(onionKeys).hasSize(2).contains(first);
            assertThat(signingKeys).hasSize(2);
            assertThat(signers).hasSize(2);
            assertThat(relay.identity().ntorKeys()).hasSize(1); // the first is no longer taken
            network.relay("exit2").kill();
            network.time().advance(Duration.ofHours(6)); // all have heard of it
            assertThat(fetch(old)).isEqualTo("on");
            try (OnionClient young = network.newClient()) {
                assertThat(fetch(young)).isEqualTo("on");
            }
        }
    }

    /** The key that an authority signed with. */
    private static String signer(String consensus) {
        String line = consensus
                .lines()
                .filter(one -> one.startsWith("directory-signature "))
                .findFirst()
                .orElseThrow();
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    private static String fetch(OnionClient client) throws IOException {
        return TestNetworkTest.read(client, "long.example", 80);
    }
}
