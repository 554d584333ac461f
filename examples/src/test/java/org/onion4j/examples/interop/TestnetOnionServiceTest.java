package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorClient;
import org.onion4j.examples.testing.CTorService;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.Programs;
import org.onion4j.examples.testing.WebServer;
import org.onion4j.testnet.SeenCircuit;
import org.onion4j.testnet.TestNetwork;

/** C tor judges our relays as directories, introduction points and rendezvous points of onion services. */
@CTor
class TestnetOnionServiceTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration ONE_TRY = Duration.ofSeconds(30);
    private static final long SIZE = 8 << 20;

    @TempDir
    Path folder;

    private Path sub(String name) throws Exception {
        return Files.createDirectory(folder.resolve(name));
    }

    @Test
    void serviceAndClientOfCtor_meetAtOurRelays() throws Exception {
        try (TestNetwork network = TestNetwork.builder().loopback().build();
                WebServer web = WebServer.start()) {
            List<String> torrc = network.torrc().lines().toList();
            try (CTorService service = CTorService.start(torrc, web.port(), sub("service"));
                    CTorClient client = CTorClient.start(torrc, sub("client"))) {
                String base = "http://" + service.address();
                Await.until("the service to be found and reached", LIMIT, () -> fetches(client, base + "/"));
                assertThat(folder.resolve("file")).hasContent(WebServer.PAGE);

                assertThat(fetches(client, base + WebServer.bytesPath(SIZE))).isTrue();
                Content.Digest digest = new Content.Digest();
                Files.copy(folder.resolve("file"), digest);
                assertThat(digest.hex()).isEqualTo(new Content(SIZE).sha256());

                assertThat(messages(network))
                        .contains(
                                "ESTABLISH_INTRO",
                                "INTRO_ESTABLISHED",
                                "INTRODUCE1",
                                "INTRODUCE2",
                                "INTRODUCE_ACK",
                                "ESTABLISH_RENDEZVOUS",
                                "RENDEZVOUS_ESTABLISHED",
                                "RENDEZVOUS1",
                                "RENDEZVOUS2");
                assertThat(network.relays())
                        .as("relays that know what the client wanted")
                        .noneMatch(relay -> relay.seen().stream().anyMatch(SeenCircuit::knowsDestination));
                assertThat(client.complaints()).isEmpty();
                assertThat(service.complaints()).isEmpty();
            }
        }
    }

    private boolean fetches(CTorClient client, String url) throws IOException {
        String proxy = "socks5h://127.0.0.1:" + client.socksPort();
        String file = folder.resolve("file").toString();
        List<String> command = List.of("curl", "-sSf", "-x", proxy, "-o", file, url);
        try {
            return Programs.run(folder, ONE_TRY, "", command).status() == 0;
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    /** The relay messages that any relay has read or sent. */
    private static Set<String> messages(TestNetwork network) {
        return network.relays().stream()
                .flatMap(relay -> relay.seen().stream())
                .flatMap(seen -> seen.cells().stream())
                .flatMap(cells -> cells.message().stream())
                .collect(Collectors.toSet());
    }
}
