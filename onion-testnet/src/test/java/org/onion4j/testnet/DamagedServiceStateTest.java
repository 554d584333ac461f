package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StateException;
import org.onion4j.api.VanguardMode;

/**
 * T74 for what is kept of a service: without its key it is not hosted, and gets no other address unless the application
 * wants that; without the rest it is, with other introduction points.
 */
@Timeout(120)
class DamagedServiceStateTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration A_WHILE = Duration.ofMinutes(2);

    /** What has become of a file. */
    private enum Damage {
        EMPTY,
        LAST_BYTE_GONE,
        HALF_GONE,
        BIT_IN_FIRST_LINE,
        BIT_IN_CONTENT,
        LONGER,
        RANDOM,
        OVERSIZED;

        byte[] of(byte[] whole) {
            return switch (this) {
                case EMPTY -> new byte[0];
                case LAST_BYTE_GONE -> Arrays.copyOf(whole, whole.length - 1);
                case HALF_GONE -> Arrays.copyOf(whole, whole.length / 2);
                case BIT_IN_FIRST_LINE -> flipped(whole, 15);
                case BIT_IN_CONTENT -> flipped(whole, whole.length - 20);
                case LONGER -> Arrays.copyOf(whole, whole.length + 1);
                case RANDOM -> random(whole.length);
                case OVERSIZED -> Arrays.copyOf(whole, 1 << 20);
            };
        }

        private static byte[] flipped(byte[] whole, int at) {
            byte[] bytes = whole.clone();
            bytes[at] = (byte) (bytes[at] ^ 4);
            return bytes;
        }

        private static byte[] random(int length) {
            byte[] bytes = new byte[length];
            new Random(74).nextBytes(bytes);
            return bytes;
        }
    }

    private static final Set<Damage> WITH_THE_REST =
            EnumSet.of(Damage.EMPTY, Damage.HALF_GONE, Damage.BIT_IN_CONTENT, Damage.RANDOM);

    @TempDir
    private Path state;

    private TestNetwork network;

    @BeforeEach
    void begin() throws Exception {
        network = TestNetwork.builder()
                .relays(10)
                .exits(1)
                .seed(74)
                .standingTime()
                .build();
    }

    @AfterEach
    void end() {
        network.close();
    }

    /** Hosts a service for a while. Gives its address. */
    private String run() throws Exception {
        try (TimedService service = new TimedService(network, state, 2)) {
            String address = service.address();
            service.stop();
            return address;
        }
    }

    private void assertNotHosted() throws Exception {
        try (OnionClient host = network.clientBuilder().stateDirectory(state).build()) {
            for (int attempt = 0; attempt < 2; attempt++) {
                CompletableFuture<OnionService> hosting = TimedService.hosting(host, 2);
                ClientUnderTest.pass(network, hosting, LIMIT);
                assertThatThrownBy(() -> hosting.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(StateException.class);
            }
        }
        assertThat(KeptFiles.named(state, "onion-key-").stream().filter(file -> !KeptFiles.isSetAside(file)))
                .as("keys")
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void t74_damagedKey_stopsTheServiceInEachRun_andIsKept(Damage damage) throws Exception {
        run();
        Path key = KeptFiles.key(state);
        byte[] whole = Files.readAllBytes(key);
        KeptFiles.damage(key, damage::of);
        byte[] damaged = Files.readAllBytes(key);
        if (WITH_THE_REST.contains(damage)) { // what else says that there was a key
            KeptFiles.damage(KeptFiles.service(state), damage::of);
        }
        network.relays().forEach(TestRelay::forget);

        assertNotHosted();
        assertNotHosted();

        assertThat(SeenPaths.circuitsWith(network, "ESTABLISH_INTRO")).isEmpty();
        assertThat(KeptFiles.named(state, "onion-key-"))
                .singleElement()
                .satisfies(file -> assertThat(file).hasBinaryContent(damaged));
        Files.delete(KeptFiles.named(state, "onion-key-").get(0));
        Files.write(key, whole); // repaired
        try (TimedService service = new TimedService(network, state, 2)) {
            assertThat(service.address()).isNotEmpty();
        }
    }

    private OnionClient withFullVanguards() throws Exception {
        return network.clientBuilder()
                .stateDirectory(state)
                .vanguards(VanguardMode.FULL)
                .build();
    }

    private OnionService published(OnionClient host) throws Exception {
        CompletableFuture<OnionService> hosting = TimedService.hosting(host, 2);
        ClientUnderTest.pass(network, hosting, LIMIT);
        OnionService service = hosting.get(20, TimeUnit.SECONDS);
        ClientUnderTest.pass(network, service.published(), LIMIT);
        assertThat(service.published()).succeedsWithin(Duration.ofSeconds(20));
        return service;
    }

    @ParameterizedTest
    @EnumSource
    void t74_otherDamagedState_isMadeAnew_andTheServiceReachedAtItsAddress(Damage damage) throws Exception {
        String address;
        try (OnionClient host = withFullVanguards()) {
            address = published(host).address();
        }
        network.time().advance(A_WHILE); // the numbers of descriptors go by the time
        for (String part : List.of("onion-service-", "guards")) {
            List<Path> files = KeptFiles.named(state, part);
            assertThat(files).as(part).isNotEmpty();
            for (Path file : files) {
                KeptFiles.damage(file, damage::of);
            }
        }

        try (OnionClient host = withFullVanguards();
                OnionClient client = network.newClient()) {
            assertThat(published(host).address()).isEqualTo(address);
            network.time().advance(A_WHILE); // until all directories have it
            CompletableFuture<OnionStream> opening = client.openStreamAsync(address, TimedService.PORT);
            ClientUnderTest.pass(network, opening, LIMIT);
            try (OnionStream stream = opening.get(20, TimeUnit.SECONDS)) {
                assertThat(stream.getInputStream().readAllBytes()).hasSize(4);
            }
        }
    }

    /** Who wants another address has to remove what is left of the former one. */
    @Test
    void t74_whatIsLeftOfAService_isRemoved_anotherAddress() throws Exception {
        String address = run();
        KeptFiles.damage(KeptFiles.key(state), Damage.EMPTY::of);
        assertNotHosted();
        for (Path file : KeptFiles.named(state, "onion-")) {
            Files.delete(file);
        }
        assertThat(run()).isNotEqualTo(address);
    }
}
