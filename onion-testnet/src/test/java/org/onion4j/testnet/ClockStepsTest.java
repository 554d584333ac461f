package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.api.ClockSkewException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;

/** A client whose wall clock is wrong, or steps, beside a monotonic clock that doesn't; or a time that leaps. */
class ClockStepsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int MOST_AT_ONCE = 12;

    /** How long a client may take to find out that its clock is wrong. */
    private static final Duration DECISION_TIME = Duration.ofMinutes(6);

    private static final Duration ONE_SECOND = Duration.ofSeconds(1); // what HTTP's dates leave out

    private static TestNetwork network(long seed) throws TestNetworkException {
        TestNetwork network = TestNetwork.builder().seed(seed).standingTime().build();
        network.serve(ClientUnderTest.HOST, ClientUnderTest.PORT, TestNetworkTest.says("open"));
        network.serve("echo.example", 7, Handlers.echo());
        return network;
    }

    private static OnionClient client(TestNetwork network, Clock clock) throws Exception {
        return network.parts()
                .clientBuilder(environment -> TestEnvironments.with(environment, clock))
                .build();
    }

    @ParameterizedTest
    @ValueSource(ints = {-15, 15})
    void t37_clockALittleWrong_works(int minutes) throws Exception {
        try (TestNetwork network = network(1)) {
            WrongClock clock = new WrongClock(network);
            clock.set(Duration.ofMinutes(minutes));
            try (OnionClient client = client(network, clock)) {
                assertThat(ClientUnderTest.fetch(network, client, MINUTE)).isLessThan(MINUTE);
            }
        }
    }

    /**
     * Exact where a directory can be asked for its time; elsewhere it is at least so much, by the certificate that is out of
     * its time: nobody tells more before the link is made.
     *
     * @param days how far the clock is ahead
     * @param hours how far it is said to be, less the few seconds and minutes that have passed since the network began
     */
    @ParameterizedTest
    @CsvSource({
        "-3,-72", // certificates may be 30 days early: links are made, and directories tell their time
        "3,24", // those of links hold for 2 days from the network's beginning
        "-10950,-262776", // those of identity keys hold from a day before it
        "10950,262080" // those of signing keys, which are looked at first, hold for 30 days
    })
    void t37_clockWrong_saysByHowMuchAndRecovers(int days, int hours) throws Exception {
        try (TestNetwork network = network(2)) {
            WrongClock clock = new WrongClock(network);
            clock.set(Duration.ofDays(days));
            try (OnionClient client = client(network, clock)) {
                CompletableFuture<OnionStream> asked =
                        client.openStreamAsync(ClientUnderTest.HOST, ClientUnderTest.PORT);
                ClientUnderTest.pass(network, asked, DECISION_TIME);
                assertThatThrownBy(() -> asked.get(1, TimeUnit.SECONDS))
                        .cause()
                        .isInstanceOfSatisfying(
                                ClockSkewException.class,
                                e -> assertThat(e.skew().minus(Duration.ofHours(hours)))
                                        .isBetween(ONE_SECOND.negated(), DECISION_TIME));

                clock.set(Duration.ZERO);
                assertThat(ClientUnderTest.fetch(network, client, MINUTE)).isLessThanOrEqualTo(MINUTE);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LEAP,false",
        "LEAP,true",
        "WALL_FORWARD,false",
        "WALL_FORWARD,true",
        "WALL_BACK,false",
        "WALL_BACK,true"
    })
    void t79_clocksMove_noBurstAndAStreamWithinAMinute(WrongClock.Movement movement, boolean busy) throws Exception {
        try (TestNetwork network = network(3)) {
            WrongClock clock = new WrongClock(network);
            try (OnionClient client = client(network, clock)) {
                ClientUnderTest.fetch(network, client, MINUTE);
                CompletableFuture<OnionStream> open = client.openStreamAsync("echo.example", 7);
                ClientUnderTest.pass(network, open, MINUTE);
                try (OnionStream echo = open.get()) {
                    if (!busy) {
                        end(echo);
                        network.time().advance(Duration.ofHours(2)); // nothing is expected any more
                    }
                    network.relays().forEach(TestRelay::forget);

                    clock.move(movement, network);
                    network.time().advance(Duration.ofSeconds(30));
                    assertThat(ClientUnderTest.begun(network))
                            .as("circuits at once")
                            .isLessThan(MOST_AT_ONCE);
                    if (busy && movement != WrongClock.Movement.LEAP) {
                        echo.getOutputStream().write('x');
                        assertThat(echo.getInputStream().read()).isEqualTo('x'); // no business of the wall clock's
                    }

                    clock.set(Duration.ZERO);
                    assertThat(ClientUnderTest.fetch(network, client, MINUTE)).isLessThanOrEqualTo(MINUTE);
                    assertThat(ClientUnderTest.begun(network)).isLessThan(2 * MOST_AT_ONCE);
                }
            }
        }
    }

    private static void end(OnionStream stream) throws IOException {
        stream.close();
    }
}
