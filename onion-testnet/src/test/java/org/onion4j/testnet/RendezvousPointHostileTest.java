package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Sets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;

/**
 * A rendezvous point that says to a service of ours what it should not, twice, or too early: the service closes that circuit
 * and nothing else (T40, T52, T54).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class RendezvousPointHostileTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final byte[] TEXT = "echo".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NOTHING = {};
    private static final byte[] HANDSHAKE_INFO = new byte[64];
    private static final byte[] BEGIN = ":80\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);

    private TestNetwork network;
    private OnionClient host;
    private OnionService service;

    @BeforeAll
    void begin() throws Exception {
        network = TestNetwork.builder().seed(53).relays(10).build();
        host = network.newClient();
        service = host.host(OnionServiceConfig.builder()
                .inMemoryOnly()
                .port(80, RendezvousPointHostileTest::echo)
                .build());
        service.awaitPublished(LIMIT);
        network.relays().forEach(TestRelay::forget);
    }

    @AfterEach
    void heal() {
        network.relays().forEach(TestRelay::heal);
        assertThat(network.report()).doesNotContain("hostility failed");
        network.relays().forEach(TestRelay::forget);
    }

    @AfterAll
    void end() {
        network.close();
    }

    private static void echo(OnionServiceStream stream) throws IOException {
        try (stream) {
            stream.getOutputStream().write(stream.getInputStream().readNBytes(TEXT.length));
        }
    }

    private void assertEchoes(OnionClient client) throws IOException {
        try (OnionStream stream = client.openStream(service.address(), 80)) {
            stream.setReadTimeout(LIMIT);
            stream.getOutputStream().write(TEXT);
            assertThat(stream.getInputStream().readNBytes(TEXT.length)).isEqualTo(TEXT);
        }
    }

    /** A stream of a client that is open and stays so: nothing that others do may end it. */
    private record Bystander(OnionClient client, OnionStream stream) implements AutoCloseable {
        void assertEchoes() throws IOException {
            stream.getOutputStream().write(TEXT);
            assertThat(stream.getInputStream().readNBytes(TEXT.length)).isEqualTo(TEXT);
        }

        @Override
        public void close() {
            stream.close();
            client.close();
        }
    }

    private Bystander bystander() throws IOException {
        OnionClient client = network.newClient();
        OnionStream stream = client.openStream(service.address(), 80);
        stream.setReadTimeout(LIMIT);
        return new Bystander(client, stream);
    }

    /** What a relay does to the first circuit on which something happens, and to no other. */
    private void once(Hostility hostility) {
        AtomicInteger circuits = new AtomicInteger();
        for (TestRelay relay : network.relays()) {
            relay.hostile(passing -> {
                Reaction reaction = hostility.meet(passing);
                return reaction == Reaction.pass() || circuits.getAndIncrement() > 0 ? Reaction.pass() : reaction;
            });
        }
    }

    /** A circuit at a relay, by its number there. */
    private record At(String relay, long circuit) {}

    /** The circuits of services to rendezvous points, as those have seen them. */
    private Map<At, SeenCircuit> meetings() {
        Map<At, SeenCircuit> found = new HashMap<>();
        for (SeenPaths.Ended one : SeenPaths.circuitsWith(network, "RENDEZVOUS1")) {
            found.put(new At(one.relay().nickname(), one.circuit().number()), one.circuit());
        }
        return found;
    }

    private boolean isClosed(At circuit) {
        return network.relay(circuit.relay()).seen().stream()
                .anyMatch(seen ->
                        seen.number() == circuit.circuit() && seen.closed().isPresent());
    }

    /** Goes to the service while a rendezvous point is hostile; the circuit there ends, and no other one. */
    private void assertClosesThatCircuitAlone(Hostility hostility) throws Exception {
        try (Bystander bystander = bystander()) {
            Set<At> before = meetings().keySet();
            once(hostility);
            try (OnionClient victim = network.newClient()) {
                var opening = victim.openStreamAsync(service.address(), 80); // what becomes of it is the relay's choice
                Settling.until(
                        network,
                        () -> Sets.difference(meetings().keySet(), before).stream()
                                .anyMatch(this::isClosed));
                opening.whenComplete(
                        (stream, failure) -> Optional.ofNullable(stream).ifPresent(OnionStream::close));
            }
            network.relays().forEach(TestRelay::heal);

            bystander.assertEchoes();
            try (OnionClient other = network.newClient()) {
                assertEchoes(other);
            }
            assertThat(SeenPaths.circuitsWith(network, "ESTABLISH_INTRO"))
                    .as("introduction points that took the place of others")
                    .isEmpty();
        }
    }

    /** What the rendezvous point says itself, as the answer to RENDEZVOUS1, on which there is none. */
    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of("RENDEZVOUS_ESTABLISHED", 0, NOTHING),
                Arguments.of("RENDEZVOUS2", 0, HANDSHAKE_INFO),
                Arguments.of("RENDEZVOUS1", 0, new byte[20 + 64]),
                Arguments.of("INTRODUCE2", 0, new byte[200]),
                Arguments.of("INTRODUCE_ACK", 0, new byte[] {0, 0, 0}),
                Arguments.of("INTRO_ESTABLISHED", 0, new byte[] {0}),
                Arguments.of("BEGIN", 1, BEGIN),
                Arguments.of("CONNECTED", 1, NOTHING),
                Arguments.of("DATA", 1, TEXT),
                Arguments.of("EXTENDED2", 0, new byte[66]));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void t40_whatTheRendezvousPointSaysItself_closesTheCircuit(String command, int streamId, byte[] data)
            throws Exception {
        assertClosesThatCircuitAlone(passing -> passing.isFromClient("RENDEZVOUS1")
                ? Reaction.pass().after(Forgery.message(command, streamId, data))
                : Reaction.pass());
    }

    @Test
    void cellsOfNobody_closeTheCircuit() throws Exception {
        assertClosesThatCircuitAlone(passing ->
                passing.isFromClient("RENDEZVOUS1") ? Reaction.pass().after(Forgery.unrecognised()) : Reaction.pass());
    }

    /** Before the service has said RENDEZVOUS1, nobody may ask it for a stream; the client is met on another circuit. */
    @Test
    void t40_beginBeforeRendezvous1_isNoStream() throws Exception {
        assertEarly("BEGIN", 1, BEGIN);
    }

    @Test
    void t40_rendezvousEstablishedUnasked_isRefused() throws Exception {
        assertEarly("RENDEZVOUS_ESTABLISHED", 0, NOTHING);
    }

    @Test
    void t40_rendezvous2BeforeRendezvous1_isRefused() throws Exception {
        assertEarly("RENDEZVOUS2", 0, HANDSHAKE_INFO);
    }

    /** As soon as the service's circuit is there, and so before it can have said anything. */
    private void assertEarly(String command, int streamId, byte[] data) throws Exception {
        try (Bystander bystander = bystander();
                OnionClient client = network.newClient()) {
            client.bootstrap();
            EarlyWord early = new EarlyWord(Forgery.message(command, streamId, data));
            early.at(network);

            client.openStreamAsync(service.address(), 80)
                    .whenComplete(
                            (stream, failure) -> Optional.ofNullable(stream).ifPresent(OnionStream::close));
            Settling.until(network, () -> early.spoken().map(this::isClosed).orElse(false));
            network.relays().forEach(TestRelay::heal);

            bystander.assertEchoes();
            try (OnionClient other = network.newClient()) {
                assertEchoes(other);
            }
        }
    }

    /** A rendezvous point that says something on the next circuit that comes once the service has been told of it. */
    private static final class EarlyWord {
        private final Forgery word;
        private Optional<String> meetingPoint = Optional.empty(); // these are guarded by this
        private boolean told;
        private Optional<At> spoken = Optional.empty();

        EarlyWord(Forgery word) {
            this.word = word;
        }

        void at(TestNetwork network) {
            network.relays().forEach(relay -> relay.hostile(passing -> meet(relay.nickname(), passing)));
        }

        synchronized Optional<At> spoken() {
            return spoken;
        }

        private synchronized Reaction meet(String relay, Passing passing) {
            if (passing.isFromClient("ESTABLISH_RENDEZVOUS") && !told) {
                meetingPoint = Optional.of(relay);
            } else if (passing.isFromRelay("INTRODUCE2")) {
                told = true;
            }
            boolean created = passing.kind() == Passing.Kind.CELL
                    && passing.command().equals("CREATED2")
                    && passing.direction() == SeenCircuit.Direction.BACKWARD
                    && passing.endsHere();
            if (told && created && !spoken.isPresent() && meetingPoint.equals(Optional.of(relay))) {
                spoken = Optional.of(new At(relay, passing.circuit()));
                return Reaction.pass().after(word);
            }
            return Reaction.pass();
        }
    }
}
