package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorClient;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.Programs;
import org.onion4j.examples.testing.WebServer;
import org.onion4j.testnet.TestNetwork;

/** C tor's client reaches an onion service that we host, over a network of C tor's and over our own relays. */
@CTor
class HostedServiceTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration ONE_TRY = Duration.ofSeconds(40);
    private static final long SIZE = 20 << 20;
    private static final int EFFORT = 20;

    @TempDir
    Path folder;

    /** T46: it asks for work, which C tor's client does; and C tor's introduction points are asked to limit introductions. */
    @Test
    void clientOfCtor_reachesOurService_overCtor(CTorNetwork network) throws Exception {
        Path folderOfClient = Files.createDirectory(folder.resolve("client"));
        Path log = folderOfClient.resolve("work.log");
        try (WebServer web = WebServer.start();
                OnionClient host = OnionClient.builder()
                        .network(NetworkConfig.ofTorrc(network.clientTorrcFile()))
                        .build();
                CTorClient client =
                        CTorClient.start(network.clientTorrc(), folderOfClient, List.of("Log [rend]info file " + log));
                OnionService service = host.host(config(web)
                        .proofOfWork(250, 2_500, EFFORT)
                        .introductionRate(20, 40)
                        .build())) {
            fetchAll(client, service);
            assertThat(log)
                    .content()
                    .contains("Solving proof of work (effort " + EFFORT + ")", "a PoW solution we like");
        }
    }

    @Test
    void clientOfCtor_reachesOurService_overOurRelays() throws Exception {
        try (TestNetwork network = TestNetwork.builder().loopback().build();
                WebServer web = WebServer.start();
                OnionClient host = network.newClient();
                CTorClient client = CTorClient.start(
                        network.torrc().lines().toList(), Files.createDirectory(folder.resolve("client")));
                OnionService service = host.host(config(web).build())) {
            fetchAll(client, service);
        }
    }

    private static OnionServiceConfig.Builder config(WebServer web) {
        return OnionServiceConfig.builder()
                .inMemoryOnly()
                .forward(80, new InetSocketAddress(InetAddress.getLoopbackAddress(), web.port()));
    }

    private void fetchAll(CTorClient client, OnionService service) throws Exception {
        service.awaitPublished(LIMIT);
        String base = "http://" + service.address();
        Await.until("the service to be reached", LIMIT, () -> fetches(client, base + "/"));
        assertThat(folder.resolve("file")).hasContent(WebServer.PAGE);

        assertThat(fetches(client, base + WebServer.bytesPath(SIZE))).isTrue();
        Content.Digest digest = new Content.Digest();
        Files.copy(folder.resolve("file"), digest);
        assertThat(digest.hex()).isEqualTo(new Content(SIZE).sha256());
        assertThat(client.log())
                .filteredOn(line -> line.contains("[warn]") && line.contains("onion"))
                .isEmpty();
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
}
