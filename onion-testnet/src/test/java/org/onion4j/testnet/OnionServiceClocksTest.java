package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.api.ClockSkewException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;

/** Onion services and their clients when clocks are wrong or leap, and when nobody comes for a day. */
@Timeout(240)
class OnionServiceClocksTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DECISION_TIME = Duration.ofMinutes(6);
    private static final int MOST_AT_ONCE = 40;

    @TempDir
    private Path state;

    /** With three authorities: one that says that the clock is wrong is not believed. */
    private static TestNetwork network(long seed) throws TestNetworkException {
        return TestNetwork.builder()
                .relays(10)
                .exits(0)
                .seed(seed)
                .parameter("nf_ito_low", 0) // without padding, which would take most of the test's time
                .parameter("nf_ito_high", 0)
                .standingTime()
                .build();
    }

    private static OnionClient client(TestNetwork network, WrongClock clock) throws Exception {
        return network.parts()
                .clientBuilder(environment -> TestEnvironments.with(environment, clock))
                .build();
    }

    /** Whoever has the right time finds it, a newcomer as well as one who has known it before. */
    @ParameterizedTest
    @EnumSource
    void t79_hostsClockMoves_reachedWithinAMinute_withoutABurst(WrongClock.Movement movement) throws Exception {
        try (TestNetwork network = network(79)) {
            WrongClock clock = new WrongClock(network);
            try (TimedService service = new TimedService(network, state, 3, clock);
                    OnionClient client = network.newClient()) {
                service.fetch(client);
                network.time().advance(Duration.ofMinutes(10));
                network.relays().forEach(TestRelay::forget);

                clock.move(movement, network);
                network.time().advance(SECOND.multipliedBy(30));
                assertThat(ClientUnderTest.begun(network))
                        .as("circuits at once")
                        .isLessThan(MOST_AT_ONCE);
                assertThat(service.fetch(client)).isLessThanOrEqualTo(SECOND.multipliedBy(30));
                network.time().advance(Duration.ofMinutes(30));
                try (OnionClient newcomer = network.newClient()) {
                    assertThat(service.fetch(newcomer)).isLessThanOrEqualTo(MINUTE);
                }

                clock.set(Duration.ZERO);
                try (OnionClient newcomer = network.newClient()) {
                    assertThat(service.fetch(newcomer)).isLessThanOrEqualTo(MINUTE);
                }
                assertThat(service.fetch(client)).isLessThanOrEqualTo(MINUTE);
            }
        }
    }

    /** Three days off there is another time period, with other directories. */
    @ParameterizedTest
    @ValueSource(ints = {-3, 3})
    void t37_clientsClockIsSetRight_looksWhereTheDescriptorIs(int days) throws Exception {
        try (TestNetwork network = network(37);
                TimedService service = new TimedService(network, state, 3)) {
            WrongClock clock = new WrongClock(network);
            clock.set(Duration.ofDays(days));
            try (OnionClient client = client(network, clock)) {
                CompletableFuture<OnionStream> asked = client.openStreamAsync(
                        service.address(), TimedService.PORT, ClientUnderTest.newCircuit(Duration.ofDays(1)));
                ClientUnderTest.pass(network, asked, DECISION_TIME);
                assertThat(asked)
                        .failsWithin(ClientUnderTest.REAL_LIMIT.toSeconds(), TimeUnit.SECONDS)
                        .withThrowableThat()
                        .withCauseInstanceOf(ClockSkewException.class);

                clock.set(Duration.ZERO);
                assertThat(service.fetch(client)).isLessThanOrEqualTo(MINUTE);
            }
        }
    }

    /** Long enough for other introduction points, another time period and another random value. */
    @Test
    void t80_nobodyCameForADay_isReachedAtOnce() throws Exception {
        try (TestNetwork network = network(80);
                TimedService service = new TimedService(network, state, 3)) {
            network.time().advance(Duration.ofHours(26));
            try (OnionClient client = network.newClient()) {
                assertThat(service.fetch(client)).isLessThanOrEqualTo(SECOND.multipliedBy(10));
            }
        }
    }
}
