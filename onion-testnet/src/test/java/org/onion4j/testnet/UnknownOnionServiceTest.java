package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionServiceException;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.testnet.junit.OnionNetwork;
import org.onion4j.testnet.keys.SeededRandom;

/** T44, T47: asking for onion services that nobody knows says nothing of our guard, which we keep. */
@OnionNetwork(seed = 44, relays = 12)
@Timeout(60)
class UnknownOnionServiceTest {
    private static final int SERVICES = 4; // each asked of six directories: one after the other hasn't got it

    private static String host(int number) {
        try (Ed25519KeyPair key = Ed25519KeyPair.generate(SeededRandom.of(44, "service " + number))) {
            return new OnionAddress(key.publicKey()).host();
        }
    }

    @Test
    void t44_servicesThatNobodyKnows_areNotFound_andTheGuardStays(TestNetwork network, OnionClient client) {
        for (int i = 0; i < SERVICES; i++) {
            String host = host(i);
            assertThatThrownBy(() -> client.openStream(host, 80))
                    .isInstanceOfSatisfying(
                            OnionServiceException.class,
                            e -> assertThat(e.reason()).isEqualTo(OnionServiceException.Reason.NOT_FOUND));
        }
        assertThat(ClientUnderTest.firstHops(network)).hasSize(1);
    }
}
