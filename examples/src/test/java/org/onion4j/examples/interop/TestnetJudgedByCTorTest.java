package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.examples.Main;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorClient;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.CTorRelay;
import org.onion4j.examples.testing.ChildJvm;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.Programs;
import org.onion4j.examples.testing.WebServer;
import org.onion4j.testnet.Handlers;
import org.onion4j.testnet.SeenCircuit;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestRelay;

/** The network of onion-testnet on loopback, with C tor as its judge: as a client, and as a relay among ours. */
@CTor
class TestnetJudgedByCTorTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int MAX_CIRCUITS = 60;

    @TempDir
    Path folder;

    private Path sub(String name) throws Exception {
        return Files.createDirectory(folder.resolve(name));
    }

    @Test
    void ctorClient_fetches50MiBThroughOurRelaysAndHasNoComplaint(CTorNetwork own) throws Exception {
        Content content = new Content(50 << 20);
        Path dir = folder.resolve("net");
        Set<String> usual;
        try (WebServer web = WebServer.start();
                CTorClient client = CTorClient.start(own, sub("usual"))) {
            assertThat(fetch(client, web.url("/"), "page")).hasContent(WebServer.PAGE);
            usual = messages(client.log());
        }
        try (WebServer web = WebServer.start();
                ChildJvm testnet = ChildJvm.start(folder, List.of(), Main.class, "testnet", "--dir", dir.toString())) {
            testnet.awaitLine("ready", LIMIT);
            try (CTorClient client =
                    CTorClient.start(Files.readAllLines(dir.resolve("network.torrc")), sub("client"))) {
                Path file = fetch(client, web.url(WebServer.bytesPath(content.size())), "file");

                Content.Digest digest = new Content.Digest();
                Files.copy(file, digest);
                assertThat(digest.hex()).isEqualTo(content.sha256());
                assertThat(messages(client.log())).isSubsetOf(usual);
            }
            assertThat(testnet.errors()).isEmpty();
        }
    }

    private Path fetch(CTorClient client, String url, String name) throws Exception {
        Path file = folder.resolve(name);
        String proxy = "socks5h://127.0.0.1:" + client.socksPort();
        Programs.output(folder, LIMIT, "", List.of("curl", "-sS", "-x", proxy, "-o", file.toString(), url));
        return file;
    }

    /**
     * The kinds of messages in a log: without times, numbers and paths. Steps of its progress are one kind: C tor says
     * some of them only if there is time between them and the next.
     */
    private static Set<String> messages(List<String> log) {
        return log.stream()
                .map(line -> line.replaceFirst("^\\w+ \\d+ [\\d:.]+ ", "")
                        .replaceFirst("^(\\[notice] Bootstrapped) .*", "$1")
                        .replaceAll("/\\S+", "PATH")
                        .replaceAll("\\d+", "N"))
                .collect(Collectors.toSet());
    }

    @Test
    void ctorRelay_joinsTheNetworkAndCarriesCircuitsOfJavaClients() throws Exception {
        try (TestNetwork network = TestNetwork.builder()
                .loopback()
                .authorities(3)
                .relays(2)
                .exits(1)
                .build()) {
            network.serve("shop.example", 7, Handlers.sends("hello".getBytes(StandardCharsets.US_ASCII)));
            try (CTorRelay relay = CTorRelay.start(network.torrc().lines().toList(), "guest", sub("relay"))) {
                String name = "$" + relay.fingerprint();
                Await.until(
                        "the network to list C tor's relay",
                        LIMIT,
                        () -> network.consensus().contains("r guest "));
                try (OnionClient client = network.newClient()) {
                    Optional<SeenCircuit> atExit = Optional.empty();
                    for (int i = 0; i < MAX_CIRCUITS && atExit.isEmpty(); i++) {
                        assertThat(greeting(client)).isEqualTo("hello");
                        atExit = through(network.exits().get(0), name);
                    }

                    assertThat(atExit).as("a circuit through C tor's relay").isPresent();
                    assertThat(network.relays())
                            .as("relays that extended a circuit to C tor's")
                            .anyMatch(one -> extendedTo(one, name));
                }
                assertThat(relay.complaints()).isEmpty();
            }
        }
    }

    private static String greeting(OnionClient client) throws Exception {
        StreamOptions options =
                StreamOptions.builder().isolation(IsolationToken.create()).build();
        try (OnionStream stream = client.openStream("shop.example", 7, options)) {
            InputStream in = stream.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static Optional<SeenCircuit> through(TestRelay exit, String name) {
        return exit.seen().stream()
                .filter(SeenCircuit::knowsDestination)
                .filter(seen -> seen.previous().relay().equals(Optional.of(name)))
                .findAny();
    }

    private static boolean extendedTo(TestRelay relay, String name) {
        return relay.seen().stream()
                .anyMatch(seen -> seen.next().flatMap(SeenCircuit.Peer::relay).equals(Optional.of(name)));
    }
}
