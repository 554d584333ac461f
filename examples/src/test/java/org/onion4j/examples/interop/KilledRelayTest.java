package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamException;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.CTorNode;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.Leftovers;
import org.onion4j.examples.testing.PathFinder;
import org.onion4j.examples.testing.ProcNet;
import org.onion4j.examples.testing.SocksClient;
import org.onion4j.examples.testing.WebServer;

/** A relay dies in the middle of a download: the stream ends soon with a typed error, the next one works, nothing is left behind. */
@CTor
class KilledRelayTest {
    private static final long DOWNLOAD_BYTES = 1L << 31;
    private static final Duration NOTICE_LIMIT = Duration.ofSeconds(20);
    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(90);
    private static final Duration REST_LIMIT = Duration.ofMinutes(1);
    private static final String CIRCUIT = "org.onion4j.circuit.Circuit";
    private static final int MAX_CIRCUITS = 20;
    private static final int OTHER_THREADS = 1; // the scheduler; workers end when there is nothing to do

    private final ExecutorService reader = Executors.newSingleThreadExecutor(Leftovers.testThreads("download"));
    private Set<Thread> threadsBefore;
    private WebServer web;

    @BeforeEach
    void start() throws IOException {
        web = WebServer.start();
        threadsBefore = Leftovers.threads();
    }

    @AfterEach
    void stop() {
        reader.shutdownNow();
        web.close();
    }

    @Test
    void guardKilled_streamFailsAndTheNextWorks(CTorNetwork network) throws Exception {
        killDuringDownload(network, PathFinder.Found::guard);
    }

    @Test
    void middleKilled_streamFailsAndTheNextWorks(CTorNetwork network) throws Exception {
        killDuringDownload(network, PathFinder.Found::middle);
    }

    @Test
    void exitKilled_streamFailsAndTheNextWorks(CTorNetwork network) throws Exception {
        killDuringDownload(network, PathFinder.Found::exit);
    }

    /** T78: nobody says that the link is dead, and nobody asks for anything: the guard's padding stays away. */
    @Test
    void t78_guardFrozen_openStreamFailsAndTheNextWorks(CTorNetwork network) throws Exception {
        try (OnionClient client = OnionClient.builder()
                .network(NetworkConfig.ofTorrc(network.clientTorrcFile()))
                .build()) {
            client.bootstrap();
            try (OnionStream stream = open(client, WebServer.bytesPath(DOWNLOAD_BYTES))) {
                Future<Long> download =
                        reader.submit(() -> stream.getInputStream().transferTo(new Content.Digest()));
                CTorNode guard = PathFinder.ofDownload(network, web).guard();
                guard.freeze();
                try {
                    assertThatThrownBy(() -> download.get(SILENCE_LIMIT.toSeconds(), TimeUnit.SECONDS))
                            .isInstanceOf(ExecutionException.class)
                            .hasCauseInstanceOf(CircuitClosedException.class);
                    assertThat(fetchPage(client)).isEqualTo(WebServer.PAGE);
                } finally {
                    guard.thaw();
                }
            }
        }
    }

    private void killDuringDownload(CTorNetwork network, Function<PathFinder.Found, CTorNode> victim) throws Exception {
        try (OnionClient client = OnionClient.builder()
                .network(NetworkConfig.ofTorrc(network.clientTorrcFile()))
                .build()) {
            client.bootstrap();
            CTorNode killed = downloadAndKill(client, network, victim);
            try {
                assertThat(fetchPage(client)).isEqualTo(WebServer.PAGE);
                Await.until(
                        "the client to come to rest with two threads for each link and " + OTHER_THREADS + " more",
                        REST_LIMIT,
                        () -> Leftovers.threadsSince(threadsBefore).size() <= 2 * links(network) + OTHER_THREADS);
                assertThat(Leftovers.reachable(CIRCUIT)).isLessThanOrEqualTo(MAX_CIRCUITS);
            } finally {
                network.restart(killed);
            }
        }
        assertThat(Leftovers.threadsSince(threadsBefore)).isEmpty();
        assertThat(Leftovers.reachable(CIRCUIT)).isZero();
        assertThat(links(network)).isZero();
    }

    private static int links(CTorNetwork network) throws IOException {
        return (int) ProcNet.tcpSockets(ProcessHandle.current().pid()).stream()
                .filter(socket -> network.nodes().stream().anyMatch(node -> node.orPort() == socket.remotePort()))
                .count();
    }

    /** Streams are opened in methods of their own, so that no variable of the test keeps them reachable. */
    private CTorNode downloadAndKill(
            OnionClient client, CTorNetwork network, Function<PathFinder.Found, CTorNode> victim) throws Exception {
        try (OnionStream stream = open(client, WebServer.bytesPath(DOWNLOAD_BYTES))) {
            Future<Long> download = reader.submit(() -> stream.getInputStream().transferTo(new Content.Digest()));
            CTorNode node = victim.apply(PathFinder.ofDownload(network, web));
            node.kill();
            assertThatThrownBy(() -> download.get(NOTICE_LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(StreamException.class);
            return node;
        }
    }

    private String fetchPage(OnionClient client) throws IOException {
        try (OnionStream stream = open(client, "/")) {
            return new String(stream.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private OnionStream open(OnionClient client, String path) throws IOException {
        OnionStream stream = client.openStream("web.test", web.port());
        stream.getOutputStream().write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        InputStream in = stream.getInputStream();
        SocksClient.skipHead(in);
        return stream;
    }
}
