package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.Multiset;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceKey;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.crypto.random.SystemRandom;

/** T90 for those who host: nothing is made from randomness that has failed, and it goes on when there is some again. */
@Timeout(120)
class ServiceRandomnessTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int CHECKED_LEN = 16;

    /** How the system's generator fails. */
    private enum Failure {
        THROWS,
        ZEROS,
        REPEATS
    }

    /** A network's randomness, as a generator of the platform would give it that fails now and then. */
    private static final class Generator extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final transient RandomSource good;
        private final transient AtomicReference<Failure> failure = new AtomicReference<>();
        private transient byte[] last = new byte[CHECKED_LEN]; // guarded by this

        Generator(RandomSource good) {
            this.good = good;
        }

        @Override
        public synchronized void nextBytes(byte[] target) {
            Failure now = failure.get();
            if (now == null) {
                good.nextBytes(target);
                if (target.length >= CHECKED_LEN) {
                    last = Arrays.copyOf(target, CHECKED_LEN);
                }
                return;
            }
            switch (now) {
                case THROWS -> throw new IllegalStateException("the device is gone");
                case ZEROS -> Arrays.fill(target, (byte) 0);
                case REPEATS -> {
                    for (int i = 0; i < target.length; i++) {
                        target[i] = last[i % CHECKED_LEN];
                    }
                }
            }
        }
    }

    private static TestNetwork network() throws TestNetworkException {
        return TestNetwork.builder().relays(10).exits(1).seed(90).standingTime().build();
    }

    private static OnionClient client(TestNetwork network, AtomicReference<Generator> generator, Path state)
            throws Exception {
        OnionClient client = network.parts()
                .clientBuilder(environment -> {
                    generator.set(new Generator(environment.random()));
                    return TestEnvironments.with(environment, new SystemRandom(generator.get()));
                })
                .stateDirectory(state)
                .build();
        CompletableFuture<Void> ready = client.bootstrapAsync();
        ClientUnderTest.pass(network, ready, MINUTE);
        ready.get(20, TimeUnit.SECONDS);
        return client;
    }

    private static void assertPublished(TestNetwork network, OnionService service) throws Exception {
        ClientUnderTest.pass(network, service.published(), MINUTE.multipliedBy(5));
        assertThat(service.published()).succeedsWithin(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @EnumSource
    void t90_newService_isRefusedAndLeavesNothing(Failure failure, @TempDir Path state) throws Exception {
        AtomicReference<Generator> generator = new AtomicReference<>();
        try (TestNetwork network = network();
                OnionClient host = client(network, generator, state)) {
            Multiset<String> taken = Descriptors.countTaken(network);
            generator.get().failure.set(failure);

            CompletableFuture<OnionService> hosting = TimedService.hosting(host, 2);
            ClientUnderTest.pass(network, hosting, MINUTE);
            assertThatThrownBy(() -> hosting.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(OnionException.class);
            network.time().advance(MINUTE);

            assertThat(KeptFiles.named(state, "onion-")).isEmpty();
            assertThat(SeenPaths.circuitsWith(network, "ESTABLISH_INTRO")).isEmpty();
            assertThat(taken).isEmpty();

            generator.get().failure.set(null);
            CompletableFuture<OnionService> again = TimedService.hosting(host, 2);
            ClientUnderTest.pass(network, again, MINUTE);
            assertPublished(network, again.get(20, TimeUnit.SECONDS)); // the name is free
            assertThat(taken).isNotEmpty();
        }
    }

    /** One that has its key needs others yet. */
    @ParameterizedTest
    @EnumSource
    void t90_serviceWithAKey_isNotSeenBeforeThereIsRandomness(Failure failure, @TempDir Path state) throws Exception {
        AtomicReference<Generator> generator = new AtomicReference<>();
        try (TestNetwork network = network();
                OnionServiceKey key = OnionServiceKey.generate();
                OnionClient host = client(network, generator, state)) {
            Multiset<String> taken = Descriptors.countTaken(network);
            generator.get().failure.set(failure);

            CompletableFuture<OnionService> hosting = host.hostAsync(OnionServiceConfig.builder()
                    .inMemoryOnly()
                    .key(key)
                    .port(80)
                    .build());
            ClientUnderTest.pass(network, hosting, MINUTE);
            OnionService service = hosting.get(20, TimeUnit.SECONDS);
            network.time().advance(MINUTE.multipliedBy(3));

            assertThat(SeenPaths.circuitsWith(network, "ESTABLISH_INTRO")).isEmpty();
            assertThat(taken).isEmpty();
            assertThat(service.published()).isNotDone();

            generator.get().failure.set(null);
            assertPublished(network, service);
        }
    }

    /** One that runs makes no introduction point from it. */
    @ParameterizedTest
    @EnumSource
    void t90_serviceThatRuns_takesNoNewKeysFromIt(Failure failure, @TempDir Path state) throws Exception {
        AtomicReference<Generator> generator = new AtomicReference<>();
        try (TestNetwork network = network();
                OnionClient host = client(network, generator, state)) {
            CompletableFuture<OnionService> hosting = TimedService.hosting(host, 1);
            ClientUnderTest.pass(network, hosting, MINUTE);
            assertPublished(network, hosting.get(20, TimeUnit.SECONDS));
            network.relays().stream()
                    .filter(relay -> !relay.services().isEmpty())
                    .forEach(TestRelay::kill);
            generator.get().failure.set(failure);
            network.relays().forEach(TestRelay::forget);
            Multiset<String> taken = Descriptors.countTaken(network);

            network.time().advance(MINUTE.multipliedBy(3));
            assertThat(SeenPaths.circuitsWith(network, "ESTABLISH_INTRO")).isEmpty();
            assertThat(taken).isEmpty();

            generator.get().failure.set(null);
            network.time().advance(MINUTE.multipliedBy(5));
            assertThat(SeenPaths.circuitsWith(network, "ESTABLISH_INTRO")).isNotEmpty();
            assertThat(taken).isNotEmpty();
        }
    }
}
