package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.ExitUnavailableException;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.api.StreamResetException;
import org.onion4j.testnet.junit.OnionNetwork;

/** Relays that break the rules, by the public API, and the client that survives them with an error that has a type. */
@OnionNetwork(seed = 23)
class HostilityTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int TRIES = 60;

    private TestDestination says;
    private TestDestination echo;

    /** What an exit can do while a circuit or a stream is still to be opened: the client goes to another. */
    private enum BeforeTheStream {
        T15_WRONG_DIGEST,
        T15_WRONG_DIGEST_OF_CONNECTED,
        T10_REPLAYED_HANDSHAKE,
        T08_UNEXPECTED_CREATED2;

        Hostility make() {
            return switch (this) {
                case T15_WRONG_DIGEST -> Hostility.wrongDigest();
                case T15_WRONG_DIGEST_OF_CONNECTED ->
                    Hostility.wrongDigest().onlyFor(passing -> passing.isFromRelay("CONNECTED"));
                case T10_REPLAYED_HANDSHAKE -> Hostility.replayedHandshake();
                case T08_UNEXPECTED_CREATED2 -> Hostility.unexpectedCreated2();
            };
        }
    }

    /** What it can do to an open stream. */
    private enum OnTheStream {
        T19_FLOOD,
        T13_DATA_ON_UNKNOWN_STREAM;

        Hostility make() {
            return this == T19_FLOOD ? Hostility.flood(2000) : Hostility.dataOnUnknownStream();
        }
    }

    @BeforeEach
    void serve(TestNetwork network) {
        says = network.serve("open.example", 80, TestNetworkTest.says("open"));
        echo = network.serve("echo.example", 7, Handlers.echo());
    }

    @AfterEach
    void heal(TestNetwork network) {
        says.close();
        echo.close();
        network.relays().forEach(TestRelay::heal);
        network.relays().forEach(TestRelay::forget);
    }

    private static OnionStream open(OnionClient client, String host, int port) throws IOException {
        StreamOptions newCircuit = StreamOptions.builder()
                .isolation(IsolationToken.create())
                .timeout(LIMIT)
                .build();
        OnionStream stream = client.openStream(host, port, newCircuit);
        stream.setReadTimeout(LIMIT);
        return stream;
    }

    private static String get(OnionClient client) throws IOException {
        try (OnionStream stream = open(client, "open.example", 80)) {
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** The same, counted when it does something. */
    private static Hostility counted(Hostility hostility, AtomicInteger count) {
        return passing -> {
            Reaction reaction = hostility.meet(passing);
            if (reaction != Reaction.pass()) {
                count.incrementAndGet();
            }
            return reaction;
        };
    }

    @ParameterizedTest
    @EnumSource
    void exitThatSpoilsTheCircuit_isPassedBy(BeforeTheStream attack, TestNetwork network, OnionClient client)
            throws Exception {
        client.bootstrap();
        AtomicInteger attacks = new AtomicInteger();
        network.exits().get(0).hostile(counted(attack.make(), attacks));

        for (int i = 0; i < TRIES && attacks.get() == 0; i++) {
            assertThat(get(client)).isEqualTo("open");
        }

        assertThat(attacks.get()).isPositive();
        assertThat(get(client)).isEqualTo("open");
        assertThat(network.report()).doesNotContain("hostility failed");
    }

    @ParameterizedTest
    @EnumSource
    void exitThatSpoilsTheStream_endsItsCircuitAlone(OnTheStream attack, TestNetwork network, OnionClient client)
            throws Exception {
        try (OnionStream bystander = open(client, "echo.example", 7)) {
            network.exits().forEach(exit -> exit.hostile(attack.make()));
            assertThatThrownBy(() -> readAll(client)).isInstanceOf(CircuitClosedException.class);
            network.exits().forEach(TestRelay::heal);

            bystander.getOutputStream().write('x');
            assertThat(bystander.getInputStream().read()).isEqualTo('x');
        }
        assertThat(get(client)).isEqualTo("open");
        assertThat(network.report()).doesNotContain("hostility failed");
    }

    /** Of a server that says nothing. */
    private static void readAll(OnionClient client) throws IOException {
        try (OnionStream stream = open(client, "echo.example", 7)) {
            stream.getInputStream().readAllBytes();
        }
    }

    @Test
    void t18_exitThatLiesAboutTheAddress_isNotBelieved(TestNetwork network, OnionClient client) throws Exception {
        network.exits().forEach(exit -> exit.hostile(Hostility.lyingAddress(InetAddress.getLoopbackAddress())));

        assertThatThrownBy(() -> get(client)).isInstanceOf(ExitUnavailableException.class);
        assertThatThrownBy(() -> client.resolve("open.example")).isInstanceOf(HostNotFoundException.class);

        network.exits().forEach(TestRelay::heal);
        assertThat(get(client)).isEqualTo("open");
        assertThat(client.resolve("open.example")).containsExactly(says.address());
    }

    @Test
    void t18_exitThatLies_getsNoOtherStreamOnThatCircuit(TestNetwork network, OnionClient client) throws Exception {
        TestRelay liar = network.exits().get(0);
        client.bootstrap();
        liar.hostile(Hostility.lyingAddress(InetAddress.getLoopbackAddress()));
        try (TestDestination shop = network.serve("shop.example", 80, TestNetworkTest.says("shop"))) {
            for (int i = 0; i < TRIES && liar.seen().stream().noneMatch(HostilityTest::wasForTheShop); i++) {
                StreamOptions together = StreamOptions.builder()
                        .isolation(IsolationToken.create())
                        .build();
                read(client, shop, together);
                read(client, shop, together);
            }
        }
        assertThat(liar.seen().stream().filter(HostilityTest::wasForTheShop))
                .isNotEmpty()
                .allSatisfy(seen -> assertThat(seen.destinations()).hasSize(1));
    }

    private static void read(OnionClient client, TestDestination shop, StreamOptions options) throws IOException {
        try (OnionStream stream = client.openStream(shop.host(), 80, options)) {
            assertThat(stream.getInputStream().read()).isEqualTo('s');
        } catch (ExitUnavailableException e) {
            assertThat(e).hasMessageContaining("claims");
        }
    }

    private static boolean wasForTheShop(SeenCircuit circuit) {
        return circuit.destinations().stream().anyMatch(one -> one.host().equals("shop.example"));
    }

    @Test
    void t18_addressThatCouldBeTrue_isTold(TestNetwork network, OnionClient client) throws Exception {
        InetAddress other = InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 9});
        network.exits().forEach(exit -> exit.hostile(Hostility.lyingAddress(other)));

        assertThat(client.resolve("open.example")).containsExactly(other); // nobody can tell
    }

    @Test
    void hook_replacesWhatTheExitSends(TestNetwork network, OnionClient client) throws Exception {
        network.exits()
                .forEach(exit -> exit.hostile(passing -> passing.isFromRelay("DATA") && passing.streamId() != 0
                        ? Reaction.replace(new String(passing.data(), StandardCharsets.ISO_8859_1)
                                .toUpperCase(Locale.ROOT)
                                .getBytes(StandardCharsets.ISO_8859_1))
                        : Reaction.pass()));

        assertThat(get(client)).isEqualTo("OPEN");
    }

    @Test
    void hook_dropsAndSendsOthers_beforeAndAfter(TestNetwork network, OnionClient client) throws Exception {
        byte[] x = {'x'};
        network.exits()
                .forEach(exit -> exit.hostile(passing -> {
                    if (passing.isFromClient("DATA")) {
                        int stream = passing.streamId();
                        return Reaction.drop()
                                .before(Forgery.message("DATA", stream, x))
                                .after(Forgery.message("2", stream, new byte[] {'y'}))
                                .after(Duration.ofMillis(1), Forgery.message("END", stream, new byte[] {6}));
                    }
                    return Reaction.pass();
                }));

        try (OnionStream stream = open(client, "echo.example", 7)) {
            stream.getOutputStream().write('a');
            assertThat(stream.getInputStream().readAllBytes()).containsExactly('x', 'y');
        }
    }

    @Test
    void hook_seesCellsAndWhoIsThere_andDestroys(TestNetwork network, OnionClient client) throws Exception {
        client.bootstrap();
        AtomicInteger cells = new AtomicInteger();
        for (TestRelay exit : network.exits()) {
            exit.forget();
            exit.hostile(passing -> {
                boolean known = exit.nickname().startsWith("exit")
                        && passing.endsHere()
                        && !passing.previous().isClient()
                        && passing.circuit() > 0;
                if (known && passing.kind() == Passing.Kind.CELL && passing.data().length == Forgery.BODY_LEN) {
                    cells.incrementAndGet();
                }
                return passing.isFromClient("DATA") ? Reaction.pass().before(Forgery.destroy(1)) : Reaction.pass();
            });
        }

        try (OnionStream stream = open(client, "echo.example", 7)) {
            stream.getOutputStream().write('a');
            assertThatThrownBy(() -> stream.getInputStream().readAllBytes()).isInstanceOf(CircuitClosedException.class);
        }
        assertThat(cells.get()).isGreaterThanOrEqualTo(2); // CREATED2 and BEGIN at least
    }

    @Test
    void t14_hook_sendsCellsAsTheyAre(TestNetwork network, OnionClient client) throws Exception {
        Forgery early = Forgery.cell(SeenCircuit.Direction.BACKWARD, "RELAY_EARLY", new byte[Forgery.BODY_LEN]);
        try (OnionStream stream = open(client, "echo.example", 7)) {
            stream.getOutputStream().write('a');
            assertThat(stream.getInputStream().read()).isEqualTo('a');
            for (TestRelay relay : network.relays()) {
                relay.hostile(passing -> passing.kind() == Passing.Kind.CELL
                                && passing.previous().isClient()
                                && passing.command().equals("RELAY")
                        ? Reaction.pass().before(early)
                        : Reaction.pass());
            }
            stream.getOutputStream().write('b');
            assertThatThrownBy(() -> stream.getInputStream().readAllBytes()).isInstanceOf(CircuitClosedException.class);
        }
    }

    @Test
    void t12_hook_liesAboutLengths(TestNetwork network, OnionClient client) throws Exception {
        byte[] body = new byte[Forgery.BODY_LEN];
        body[0] = 2; // DATA
        body[9] = (byte) 0xff; // of more bytes than there are
        network.exits()
                .forEach(exit -> exit.hostile(passing ->
                        passing.isFromClient("DATA") ? Reaction.drop().before(Forgery.body(body)) : Reaction.pass()));
        try (OnionStream stream = open(client, "echo.example", 7)) {
            stream.getOutputStream().write('a');
            assertThatThrownBy(() -> stream.getInputStream().readAllBytes()).isInstanceOf(CircuitClosedException.class);
        }
    }

    @Test
    void hook_thatThrows_letsPassAndIsReported(TestNetwork network, OnionClient client) throws Exception {
        network.exits()
                .forEach(exit -> exit.hostile(passing -> {
                    if (passing.isFromRelay("CONNECTED")) {
                        throw new IllegalStateException("a mistake in the test");
                    }
                    return passing.isFromRelay("END") ? Reaction.replace(new byte[5000]) : Reaction.pass();
                }));

        try {
            assertThat(get(client)).isEqualTo("open");
        } finally {
            assertThat(network.report()).contains("hostility failed", "a mistake in the test", "CONNECTED");
        }
        network.exits().forEach(TestRelay::heal);
        assertThat(network.report()).contains("hostility failed");
        network.exits().forEach(TestRelay::forget);
        assertThat(network.report()).doesNotContain("hostility failed");
    }

    @Test
    void hook_thatRunsOutOfStack_letsPassAndIsReported(TestNetwork network, OnionClient client) throws Exception {
        network.exits()
                .forEach(exit -> exit.hostile(passing -> {
                    throw new StackOverflowError();
                }));
        try {
            assertThat(get(client)).isEqualTo("open");
        } finally {
            assertThat(network.report()).contains("hostility failed", "StackOverflowError");
        }
    }

    @Test
    void end_canBeReplaced(TestNetwork network, OnionClient client) throws Exception {
        network.exits()
                .forEach(exit -> exit.hostile(passing -> passing.isFromRelay("END")
                        ? Reaction.replace(new byte[] {12}) // CONNRESET
                        : Reaction.pass()));

        assertThatThrownBy(() -> get(client)).isInstanceOf(StreamResetException.class);
    }

    @Test
    void nonsense_isRefused() {
        byte[] full = new byte[Forgery.BODY_LEN];
        assertThatThrownBy(() -> Forgery.message("GOSSIP", 1, full)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Forgery.message("DATA", 1, full)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Forgery.message("DATA", 65536, new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Forgery.body(new byte[1])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Forgery.cell(SeenCircuit.Direction.FORWARD, "VERSIONS", full))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Forgery.destroy(256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Hostility.flood(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Reaction.pass().after(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
