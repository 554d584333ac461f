package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorClient;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.Programs;
import org.onion4j.examples.testing.WebServer;

/** The network itself, seen through C tor's own client: what fails here is not Onion4J's fault. */
@CTor
class ControlTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Test
    void ctorClient_fetchesPageAndFile(CTorNetwork network, @TempDir Path folder) throws Exception {
        try (WebServer web = WebServer.start();
                CTorClient client = CTorClient.start(network, folder)) {
            String proxy = "socks5h://127.0.0.1:" + client.socksPort();
            assertThat(Programs.output(folder, LIMIT, "", List.of("curl", "-sS", "-x", proxy, web.url("/"))))
                    .isEqualTo(WebServer.PAGE);

            Content content = new Content(3_000_001);
            Path file = folder.resolve("file");
            Programs.output(
                    folder,
                    LIMIT,
                    "",
                    List.of(
                            "curl",
                            "-sS",
                            "-x",
                            proxy,
                            "-o",
                            file.toString(),
                            web.url(WebServer.bytesPath(content.size()))));
            assertThat(file).hasSize(content.size());
            Content.Digest digest = new Content.Digest();
            Files.copy(file, digest);
            assertThat(digest.hex()).isEqualTo(content.sha256());
            assertThat(network.namesAsked()).contains("web.test");
        }
    }
}
