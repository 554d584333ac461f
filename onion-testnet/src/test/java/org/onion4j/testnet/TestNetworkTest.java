package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.ConnectionRefusedException;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.testnet.junit.OnionNetwork;

/** A whole network, as applications' tests use it. */
@OnionNetwork(seed = 42)
class TestNetworkTest {
    private static final Duration READ_LIMIT = Duration.ofMinutes(1);

    static String read(OnionClient client, String host, int port) throws IOException {
        try (OnionStream stream = client.openStream(host, port)) {
            stream.setReadTimeout(READ_LIMIT);
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** Of a stream that shares no circuit with any other. */
    static StreamOptions newCircuit() {
        return StreamOptions.builder().isolation(IsolationToken.create()).build();
    }

    /** The relays that clients entered the network by, for more than documents. */
    static List<TestRelay> guards(TestNetwork network) {
        return network.relays().stream()
                .filter(relay -> relay.seen().stream()
                        .anyMatch(seen -> seen.knowsClient() && seen.next().isPresent()))
                .toList();
    }

    static DestinationHandler says(String text) {
        return Handlers.sends(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The circuits that a relay saw lead somewhere, other than to its own directory. */
    private static Stream<SeenCircuit> circuits(TestRelay relay) {
        return relay.seen().stream()
                .filter(seen -> seen.next().isPresent() || seen.knowsDestination() || !seen.knowsClient());
    }

    @Test
    void stream_goesThroughThreeRelaysOfWhichNoneKnowsBothEnds(TestNetwork network, OnionClient client)
            throws Exception {
        network.relays().forEach(TestRelay::forget);
        network.serve("secret.example", 443, says("hush"));

        assertThat(read(client, "secret.example", 443)).isEqualTo("hush");

        TestRelay exit = network.exits().stream()
                .filter(one -> one.seen().stream().anyMatch(SeenCircuit::knowsDestination))
                .findAny()
                .orElseThrow();
        SeenCircuit last = exit.seen().stream()
                .filter(SeenCircuit::knowsDestination)
                .findAny()
                .orElseThrow();
        assertThat(last.knowsClient()).isFalse();
        assertThat(last.destinations())
                .containsExactly(new SeenCircuit.Destination(SeenCircuit.Purpose.STREAM, "secret.example", 443));
        assertThat(last.next()).isEmpty();
        TestRelay middle = network.relay(last.previous().relay().orElseThrow());
        assertThat(circuits(middle)).anyMatch(seen -> !seen.knowsClient() && !seen.knowsDestination());
        assertThat(network.relays().stream().flatMap(TestNetworkTest::circuits))
                .noneMatch(seen -> seen.knowsClient() && seen.knowsDestination());
        assertThat(network.relays().stream().filter(relay -> circuits(relay).anyMatch(SeenCircuit::knowsDestination)))
                .containsExactly(exit);
    }

    @Test
    void echo_givesBackWhatIsSent(TestNetwork network, OnionClient client) throws Exception {
        TestDestination echo = network.serve("echo.example", 7, Handlers.echo());
        try (OnionStream stream = client.openStream("echo.example", 7)) {
            stream.setReadTimeout(READ_LIMIT);
            byte[] sent = new byte[300_000];
            new Random(1).nextBytes(sent);
            Thread writer = new Thread(() -> write(stream, sent));
            writer.start();
            assertThat(stream.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            writer.join();
        }
        assertThat(echo.connections()).isEqualTo(1);
    }

    private static void write(OnionStream stream, byte[] bytes) {
        try {
            stream.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void page_isServedByHttp(TestNetwork network, OnionClient client) throws Exception {
        network.serve("page.example", 80, Handlers.page("hello"));
        try (OnionStream stream = client.openStream("page.example", 80)) {
            stream.setReadTimeout(READ_LIMIT);
            OutputStream out = stream.getOutputStream();
            out.write("GET / HTTP/1.1\r\nHost: page.example\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(stream.getInputStream(), StandardCharsets.US_ASCII));
            assertThat(in.lines())
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("Content-Length: 5")
                    .endsWith("", "hello");
        }
    }

    @Test
    void names_existInsideTheNetworkAlone(TestNetwork network, OnionClient client) throws Exception {
        TestDestination destination = network.serve("inside.example", 80, says("x"));

        List<InetAddress> found = client.resolve("inside.example");

        assertThat(found).containsExactly(destination.address());
        assertThat(client.resolveReverse(destination.address())).isEqualTo("inside.example");
        assertThatThrownBy(() -> client.resolve("outside.example")).isInstanceOf(HostNotFoundException.class);
        assertThatThrownBy(() -> client.openStream("inside.example", 81))
                .isInstanceOf(ConnectionRefusedException.class);
        destination.close();
        assertThatThrownBy(() -> client.openStream("inside.example", 80))
                .isInstanceOf(ConnectionRefusedException.class);
    }

    @Test
    void destination_seesTheExitAndNotTheClient(TestNetwork network, OnionClient client) throws Exception {
        network.serve(
                "who.example",
                80,
                connection -> connection
                        .output()
                        .write(connection.from().getAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII)));

        String seen = read(client, "who.example", 80);

        assertThat(network.exits().stream()
                        .map(exit -> exit.address().getAddress().getHostAddress()))
                .contains(seen);
    }

    @Test
    void serve_whatIsThereOrIsNoName_isRefused(TestNetwork network) {
        network.serve("taken.example", 80, says("x"));

        assertThatThrownBy(() -> network.serve("taken.example", 80, says("y")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> network.serve("Upper.example", 80, says("y")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> network.serve("a.example", 0, says("y"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void roles_areThoseOfTheConsensus(TestNetwork network) {
        assertThat(network.authorities()).hasSize(3);
        assertThat(network.exits()).hasSize(2);
        assertThat(network.relays()).hasSize(11);
        String consensus = network.consensus();
        assertThat(consensus)
                .contains("shared-rand-current-value ", "bandwidth-weights ", "r relay1 ", "r exit2 ")
                .containsPattern("r auth1 .*\\nm .*\\ns Authority ");
        assertThat(consensus.split("directory-signature ", -1)).hasSize(4);
        assertThatThrownBy(() -> network.relay("nobody")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void report_saysTheSeedAndWhatEachRelaySaw(TestNetwork network, OnionClient client) throws Exception {
        network.serve("told.example", 80, says("x"));
        read(client, "told.example", 80);

        assertThat(network.report()).contains("seed 42", "relay1 [", "asked for told.example:80", "from a client at");
    }

    @Test
    void sameSeed_givesTheSameNetwork() throws Exception {
        try (TestNetwork one = TestNetwork.builder().seed(7).standingTime().build();
                TestNetwork same = TestNetwork.builder().seed(7).standingTime().build();
                TestNetwork other = TestNetwork.builder().seed(8).standingTime().build()) {
            assertThat(same.consensus()).isEqualTo(one.consensus());
            assertThat(same.torrc()).isEqualTo(one.torrc());
            assertThat(other.torrc()).isNotEqualTo(one.torrc());
        }
    }

    @Test
    void memory_opensNoSocketAndFewThreads(TestNetwork network, OnionClient client) throws Exception {
        network.serve("small.example", 80, says("x"));
        read(client, "small.example", 80);

        assertThat(Sockets.open()).isZero();
        assertThat(Thread.getAllStackTraces().size()).isLessThanOrEqualTo(64);
    }

    @Test
    void loopback_isJoinedByWhatTheFileSays(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("network.torrc");
        try (TestNetwork network =
                TestNetwork.builder().loopback().relays(3).exits(1).build()) {
            network.serve("loop.example", 80, says("round"));
            network.writeTorrc(file);
            try (OnionClient client =
                    OnionClient.builder().network(NetworkConfig.ofTorrc(file)).build()) {
                assertThat(read(client, "loop.example", 80)).isEqualTo("round");
            }
        }
    }

    @Test
    void wrongSizes_areRefused() {
        TestNetwork.Builder builder = TestNetwork.builder();

        assertThatThrownBy(() -> builder.authorities(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.relays(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.exits(-1)).isInstanceOf(IllegalArgumentException.class);
    }
}
