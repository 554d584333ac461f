package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionServiceException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamException;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorService;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.WebServer;
import org.onion4j.testnet.SeenCircuit;
import org.onion4j.testnet.TestNetwork;

/** Our client reaches an onion service of C tor's over our relays. */
@CTor
class OnionClientTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long SIZE = 4 << 20;

    @TempDir
    Path folder;

    @Test
    void clientOfOurs_reachesServiceOfCTor() throws Exception {
        try (TestNetwork network = TestNetwork.builder().loopback().build();
                WebServer web = WebServer.start();
                CTorService service = CTorService.start(
                        network.torrc().lines().toList(),
                        web.port(),
                        Files.createDirectory(folder.resolve("service")));
                OnionClient client = network.newClient()) {
            Await.until("the service to be reached", LIMIT, () -> isReached(client, service.address()));

            Content.Digest digest = new Content.Digest();
            try (OnionStream stream = client.openStream(service.address(), 80)) {
                get(stream, WebServer.bytesPath(SIZE));
                skipHeader(stream.getInputStream());
                stream.getInputStream().transferTo(digest);
            }
            assertThat(digest.hex()).isEqualTo(new Content(SIZE).sha256());
            assertThatThrownBy(() -> client.openStream(service.address(), 81)).isInstanceOf(StreamException.class);
            assertThat(network.relays())
                    .as("relays that know what the client wanted")
                    .noneMatch(relay -> relay.seen().stream().anyMatch(SeenCircuit::knowsDestination));
        }
    }

    @Test
    void serviceThatNeverWas_isNotFound() throws Exception {
        try (TestNetwork network = TestNetwork.builder().loopback().build();
                OnionClient client = network.newClient()) {
            assertThatThrownBy(() -> client.openStream(
                            "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid.onion", 80))
                    .isInstanceOfSatisfying(OnionServiceException.class, e -> assertThat(e.reason())
                            .isEqualTo(OnionServiceException.Reason.NOT_FOUND));
        }
    }

    private static boolean isReached(OnionClient client, String address) {
        try (OnionStream stream = client.openStream(address, 80)) {
            get(stream, "/");
            skipHeader(stream.getInputStream());
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.UTF_8).equals(WebServer.PAGE);
        } catch (IOException e) {
            return false;
        }
    }

    private static void get(OnionStream stream, String path) throws IOException {
        stream.getOutputStream()
                .write(("GET " + path + " HTTP/1.0\r\nHost: service\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        stream.getOutputStream().flush();
    }

    private static void skipHeader(InputStream in) throws IOException {
        int newLines = 0;
        while (newLines < 2) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the answer ends in its header");
            }
            newLines = b == '\n' ? newLines + 1 : b == '\r' ? newLines : 0;
        }
    }
}
