package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.api.ConnectionRefusedException;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.api.TooManyRequestsException;
import org.onion4j.testnet.ScriptedService.Conduct;

/** The circuits of a client to onion services, as relays see them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class OnionServiceCircuitTest {
    private static final int CONNECTIONS = 25;
    private static final int LAYER_TWO = 4;
    private static final int MAX_WAITING = 1024;

    private final OnionServiceWorld world = new OnionServiceWorld(47);
    private final ScriptedService service = world.service;
    private OnionClient client;

    OnionServiceCircuitTest() throws Exception {}

    @BeforeAll
    void publish() throws Exception {
        service.publish(1);
    }

    @BeforeEach
    void begin() throws Exception {
        world.hostile();
        world.forget();
        service.introductions().clear();
        service.points().forEach(point -> point.conduct(Conduct.GOOD));
        service.answer(ScriptedService.CONNECTED);
        client = world.network.newClient();
    }

    @AfterEach
    void end() {
        client.close();
    }

    @AfterAll
    void close() {
        world.close();
    }

    private void assertConnects(StreamOptions options) throws Exception {
        try (OnionStream stream = world.connect(client, options)) {
            OnionServiceWorld.assertEcho(stream);
        }
    }

    /** T47: as long as they must be, no relay twice, few second hops, one guard. */
    @Test
    void t47_circuits_haveTheirLength_andNoRelayTwice() throws Exception {
        for (int i = 0; i < CONNECTIONS; i++) {
            assertConnects(OnionServiceWorld.apart());
        }
        Set<TestRelay> guards = new HashSet<>();
        Set<TestRelay> seconds = new HashSet<>();
        for (String message : List.of("ESTABLISH_RENDEZVOUS", "INTRODUCE1", "BEGIN_DIR")) {
            int hops = message.equals("ESTABLISH_RENDEZVOUS") ? 3 : 4;
            List<SeenPaths.Ended> ends = world.circuitsWith(message);
            assertThat(ends).as(message).hasSizeGreaterThanOrEqualTo(message.equals("BEGIN_DIR") ? 1 : CONNECTIONS);
            for (SeenPaths.Ended end : ends) {
                List<TestRelay> path = SeenPaths.path(world.network, end);
                assertThat(path).as(message).hasSize(hops);
                assertThat(path.subList(0, 3)).doesNotHaveDuplicates();
                assertThat(path.subList(1, hops)).doesNotHaveDuplicates(); // the guard may be the end of others' choice
                guards.add(path.get(0));
                seconds.add(path.get(1));
            }
        }
        assertThat(guards).hasSize(1);
        assertThat(seconds).hasSizeLessThanOrEqualTo(LAYER_TWO).doesNotContainAnyElementsOf(guards);
        assertThat(world.network.relays())
                .as("relays that know what the client wanted")
                .noneMatch(relay -> relay.seen().stream().anyMatch(SeenCircuit::knowsDestination));
    }

    /** T69: streams of one isolation value share a circuit, others don't. */
    @Test
    void isolation_decidesWhoSharesACircuit() throws Exception {
        StreamOptions one = OnionServiceWorld.apart();
        assertConnects(one);
        assertConnects(one);
        assertThat(service.introductions()).hasSize(1);
        assertConnects(OnionServiceWorld.apart());
        assertThat(service.introductions()).hasSize(2);
        assertConnects(one);
        assertThat(service.introductions()).hasSize(2);
    }

    /** T48: case and what stands before the address don't matter. */
    @Test
    void t48_otherCaseAndSubdomain_areTheSameService() throws Exception {
        StreamOptions one = OnionServiceWorld.apart();
        assertConnects(one);
        String host = service.host();
        for (String name : new String[] {host.toUpperCase(Locale.ROOT), "www." + host, "A.b-c." + host}) {
            CompletableFuture<OnionStream> opening = client.openStreamAsync(name, OnionServiceWorld.PORT, one);
            world.await(opening);
            try (OnionStream stream = opening.get()) {
                OnionServiceWorld.assertEcho(stream);
            }
        }
        assertThat(service.introductions()).hasSize(1);
    }

    /** T48: what is no address of an onion service is refused before anybody hears of it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "expyuzz4wqqyqhjn.onion",
                "a.onion",
                ".onion",
                "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sia.onion",
                "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5si.onion",
                "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sidd.onion",
                "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5s1d.onion",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onion",
            })
    void t48_badName_isRefusedBeforeAnyTraffic(String name) throws Exception {
        assertThatThrownBy(() -> client.openStream(name, OnionServiceWorld.PORT))
                .isInstanceOf(InvalidDestinationException.class);
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        assertThat(ClientUnderTest.begun(world.network)).isZero();
    }

    /** Nothing is left of a request that the application has given up, wherever it was; others aren't touched. */
    @ParameterizedTest
    @ValueSource(strings = {"ESTABLISH_RENDEZVOUS", "INTRODUCE1"})
    void cancelled_leavesNoCircuit(String at) throws Exception {
        service.points().forEach(point -> point.conduct(Conduct.MUTE));
        world.hostile(passing -> passing.isFromClient(at) ? Reaction.drop() : Reaction.pass());
        StreamOptions together = OnionServiceWorld.apart();
        CompletableFuture<OnionStream> first = world.open(client, together);
        CompletableFuture<OnionStream> second = world.open(client, together);
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        assertThat(world.circuitsWith(at))
                .hasSize(1)
                .allMatch(one -> !one.circuit().closed().isPresent());

        first.cancel(true);
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        assertThat(world.circuitsWith(at))
                .as("of the other one")
                .allMatch(one -> !one.circuit().closed().isPresent());

        second.cancel(true);
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        for (String message : List.of("ESTABLISH_RENDEZVOUS", "INTRODUCE1")) {
            assertThat(world.circuitsWith(message))
                    .as(message)
                    .allMatch(one -> one.circuit().closed().isPresent());
        }
        world.hostile();
        service.points().forEach(point -> point.conduct(Conduct.GOOD));
        assertConnects(OnionServiceWorld.apart());
    }

    /** T45: a service that is mute on one circuit is asked on another, once; no stream of later goes to the mute one. */
    @Test
    void t45_serviceThatIsMuteOnOneCircuit_isAskedOnAnother() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        service.answer(
                () -> asked.getAndIncrement() == 0 ? ScriptedService.NO_ANSWER.get() : ScriptedService.CONNECTED.get());
        StreamOptions one = OnionServiceWorld.apart();
        assertConnects(one);
        assertConnects(one);
        assertThat(service.introductions()).hasSize(2);
        assertThat(asked).hasValue(3);
    }

    /** What a service refuses is said as its own word: there is no exit. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 6, 11, 200})
    void serviceRefuses_isRefused(int reason) throws Exception {
        service.answer(ScriptedService.end(reason));
        CompletableFuture<OnionStream> opening = world.open(client, OnionServiceWorld.apart());
        world.await(opening);
        assertThatThrownBy(opening::get)
                .cause()
                .isInstanceOf(ConnectionRefusedException.class)
                .hasMessageNotContaining("exit");
    }

    /** Early data goes out before the service has said anything; a refusal shows in the first read. */
    @Test
    void earlyData_streamIsGivenBeforeTheServiceAnswers() throws Exception {
        StreamOptions early = StreamOptions.builder()
                .earlyData(StreamOptions.EarlyData.OPTIMISTIC)
                .timeout(Duration.ofDays(1))
                .build();
        service.answer(ScriptedService.NO_ANSWER);
        world.connect(client, early).close();
        service.answer(ScriptedService.CONNECTED);
        try (OnionStream stream = world.connect(client, early)) {
            OnionServiceWorld.assertEcho(stream);
        }
        service.answer(ScriptedService.end(1));
        try (OnionStream stream = world.connect(client, early)) {
            assertThatThrownBy(() -> stream.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }

    /** Those that wait for one service, as for all, are so many at most. */
    @Test
    void tooManyWait_furtherOnesAreRefused() throws Exception {
        service.points().forEach(point -> point.conduct(Conduct.MUTE));
        world.await(client.bootstrapAsync());
        StreamOptions one = OnionServiceWorld.apart();
        List<CompletableFuture<OnionStream>> waiting = new ArrayList<>();
        for (int i = 0; i < MAX_WAITING; i++) {
            waiting.add(world.open(client, one));
        }
        CompletableFuture<OnionStream> oneTooMany = world.open(client, one);
        world.network.time().settle(ClientUnderTest.REAL_LIMIT);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        assertThatThrownBy(() -> oneTooMany.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(TooManyRequestsException.class);
        waiting.forEach(each -> each.cancel(true));
        service.points().forEach(point -> point.conduct(Conduct.GOOD));
        assertConnects(OnionServiceWorld.apart());
    }

    /** Another network: what was open is lost, and what is asked for then is met over new links. */
    @Test
    void networkChanged_newStreamsGetNewCircuits() throws Exception {
        StreamOptions one = OnionServiceWorld.apart();
        try (OnionStream stream = world.connect(client, one)) {
            OnionServiceWorld.assertEcho(stream);
            client.networkChanged();
            assertThatThrownBy(() -> OnionServiceWorld.assertEcho(stream)).isInstanceOf(IOException.class);
        }
        assertConnects(one);
        assertThat(service.introductions()).hasSize(2);
    }

    /** Another network while the service is being met: the request goes on over new links. */
    @Test
    void networkChanged_whileTheServiceIsMet_connectsAllTheSame() throws Exception {
        service.points().forEach(point -> point.conduct(Conduct.MUTE));
        CompletableFuture<OnionStream> opening = world.open(client, OnionServiceWorld.apart());
        while (service.introductions().isEmpty()) {
            world.network.time().advance(Duration.ofMillis(500));
        }
        service.points().forEach(point -> point.conduct(Conduct.GOOD));
        client.networkChanged();
        Duration took = world.await(opening);
        assertThat(took).isLessThan(Duration.ofSeconds(5)); // the mute one would have taken 30
        OnionServiceWorld.assertEcho(opening.get());
    }
}
