package org.onion4j.hs.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.message.Introduce2;
import org.onion4j.circuit.message.MessageExtension;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.handshake.HandshakeException;
import org.onion4j.crypto.handshake.HsNtorClient;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.SystemRandom;

/** T49: which introductions are taken for authentic, and what of them tells one from another. */
class IntroductionReaderTest {
    private static final RandomSource RANDOM = new SystemRandom();
    private static final Bytes TEXT = Bytes.fromHex("00112233445566778899");

    private final ServiceKeys now = serviceKeys();
    private final ServiceKeys before = serviceKeys();
    private final PointKeys keys = PointKeys.generate(RANDOM);

    private static ServiceKeys serviceKeys() {
        try (Ed25519KeyPair identity = Ed25519KeyPair.generate(RANDOM)) {
            return ServiceKeys.of(new OnionAddress(identity.publicKey()), new TimePeriod(20_000, 1440));
        }
    }

    @AfterEach
    void wipe() {
        keys.close();
    }

    private Introduce2 introduction(ServiceKeys service) throws HandshakeException {
        Bytes header = Introduce2.header(keys.authKey(), ImmutableList.of());
        try (HsNtorClient client =
                new HsNtorClient(keys.authKey(), keys.encryption().publicKey(), service.subcredential(), RANDOM)) {
            return new Introduce2(keys.authKey(), ImmutableList.of(), client.seal(header, TEXT));
        }
    }

    private void assertForged(Introduce2 message) {
        assertThatThrownBy(() -> IntroductionReader.open(message, keys, ImmutableList.of(now, before)))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.FORGED));
    }

    @Test
    void open_underEitherSubcredential_givesTheText() throws Exception {
        for (ServiceKeys service : ImmutableList.of(now, before)) {
            try (IntroductionReader.Opened opened =
                    IntroductionReader.open(introduction(service), keys, ImmutableList.of(now, before))) {
                assertThat(opened.handshake().plaintext()).isEqualTo(TEXT);
                assertThat(opened.keys()).isSameAs(service);
            }
        }
    }

    @Test
    void open_underAnOldSubcredential_isForged() throws Exception {
        assertForged(introduction(serviceKeys()));
    }

    @Test
    void t49_open_outerFieldsAltered_isForged_andTheReplayIsTheSame() throws Exception {
        Introduce2 message = introduction(now);
        Introduce2 altered = new Introduce2(
                message.authKey(), ImmutableList.of(new MessageExtension(77, TEXT)), message.encrypted());
        assertForged(altered);
        assertForged(new Introduce2(Bytes.copyOf(RANDOM.bytes(32)), ImmutableList.of(), message.encrypted()));

        ReplayCache replays = new ReplayCache();
        assertThat(replays.add(message.encrypted())).isTrue();
        assertThat(replays.contains(altered.encrypted())).isTrue();
        for (int i = 0; i < 10_000; i++) {
            assertThat(replays.add(message.encrypted())).isFalse();
        }
        assertThat(replays.size()).isEqualTo(1);
    }

    @Test
    void open_cutOffOrChanged_isForged() throws Exception {
        Bytes encrypted = introduction(now).encrypted();
        for (int length : new int[] {1, 32, 63, 64, encrypted.size() - 1}) {
            assertForged(new Introduce2(keys.authKey(), ImmutableList.of(), encrypted.slice(0, length)));
        }
        byte[] changed = encrypted.toArray();
        changed[40] ^= 1;
        assertForged(new Introduce2(keys.authKey(), ImmutableList.of(), Bytes.copyOf(changed)));
    }
}
