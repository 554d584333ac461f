package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.CTorService;
import org.onion4j.examples.testing.WebServer;

/** Our client reaches an onion service of C tor's over a network of C tor's. */
@CTor
class OnionServiceOverCTorTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    @Test
    void service_isReached(CTorNetwork network) throws Exception {
        try (WebServer web = WebServer.start();
                CTorService service = CTorService.start(
                        network.clientTorrc(), web.port(), Files.createDirectory(folder.resolve("service")));
                OnionClient client = OnionClient.builder()
                        .network(NetworkConfig.ofTorrc(network.clientTorrcFile()))
                        .build()) {
            Await.until("the service to be reached", LIMIT, () -> isReached(client, service.address()));
            assertThat(isReached(client, "www." + service.address())).isTrue();
        }
    }

    private static boolean isReached(OnionClient client, String address) {
        try (OnionStream stream = client.openStream(address, 80)) {
            stream.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            stream.getOutputStream().flush();
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.UTF_8).endsWith(WebServer.PAGE);
        } catch (IOException e) {
            return false;
        }
    }
}
