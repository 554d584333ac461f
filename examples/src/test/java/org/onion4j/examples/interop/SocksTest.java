package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.Main;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.ChildJvm;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.ProcNet;
import org.onion4j.examples.testing.Programs;
import org.onion4j.examples.testing.SocksClient;
import org.onion4j.examples.testing.SocksClient.RefusedException;
import org.onion4j.examples.testing.WebServer;

/** {@code socks} on a network of C tor, used by curl, tor-resolve and programs of all kinds. */
@CTor
class SocksTest {
    private static final Duration START_LIMIT = Duration.ofMinutes(1);
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final long MIB = 1 << 20;

    @TempDir
    static Path folder;

    private static CTorNetwork network;
    private static WebServer web;
    private static ChildJvm socks;
    private static int port;

    @BeforeAll
    static void startProxy(CTorNetwork shared) throws Exception {
        network = shared;
        web = WebServer.start();
        socks = ChildJvm.start(
                folder,
                List.of(),
                Main.class,
                "socks",
                "--port",
                "0",
                "--network",
                network.clientTorrcFile().toString());
        port = Integer.parseInt(socks.awaitLine("listening on 127\\.0\\.0\\.1:(\\d+)", START_LIMIT)
                .group(1));
        socks.awaitLine("ready", START_LIMIT);
    }

    @AfterAll
    static void stopProxy() {
        if (socks != null) {
            socks.close();
        }
        if (web != null) {
            web.close();
        }
    }

    private static String curl(String proxy, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "170", "--proxy", proxy));
        command.addAll(List.of(args));
        return Programs.output(folder, LIMIT, "", command);
    }

    private static String proxy() {
        return "socks5h://127.0.0.1:" + port;
    }

    private static Content.Digest download(String user, long bytes) throws IOException {
        Content.Digest digest = new Content.Digest();
        try (Socket socket = SocksClient.connect(port, user, "web.test", web.port())) {
            SocksClient.get(socket, WebServer.bytesPath(bytes), digest);
        }
        return digest;
    }

    @Test
    void curl_fetchesAPage() throws Exception {
        assertThat(curl(proxy(), web.url("/"))).isEqualTo(WebServer.PAGE);
        assertThat(network.namesAsked()).contains("web.test");
    }

    @Test
    void curl_fetches200MiBUnchanged() throws Exception {
        Content content = new Content(200 * MIB);
        Path file = folder.resolve("file");

        curl(proxy(), "-o", file.toString(), web.url(WebServer.bytesPath(content.size())));

        Content.Digest digest = new Content.Digest();
        Files.copy(file, digest);
        Files.delete(file);
        assertThat(digest.count()).isEqualTo(content.size());
        assertThat(digest.hex()).isEqualTo(content.sha256());
    }

    @Test
    void curl_withUserAndPassword_fetchesAPage() throws Exception {
        assertThat(curl("socks5h://user:pass@127.0.0.1:" + port, web.url("/"))).isEqualTo(WebServer.PAGE);
    }

    @Test
    void curl_toAnAddress_fetchesAPage() throws Exception {
        assertThat(curl(proxy(), "http://127.0.0.1:" + web.port() + "/")).isEqualTo(WebServer.PAGE);
    }

    @Test
    void fortyDownloadsAtOnce_allArriveUnchanged() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<Content.Digest>> downloads = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                long bytes = MIB + i;
                downloads.add(threads.submit(() -> download("", bytes)));
            }
            for (int i = 0; i < 40; i++) {
                assertThat(downloads.get(i).get().hex()).isEqualTo(new Content(MIB + i).sha256());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyUsers_eachGetAnAnswer() throws Exception {
        for (String user : List.of("alice", "bob", "carol")) {
            assertThat(download(user, 1000).hex()).isEqualTo(new Content(1000).sha256());
        }
    }

    @Test
    void slowReader_harmsNoOtherStream() throws Exception {
        try (Socket slow = SocksClient.connect(port, "web.test", web.port())) {
            slow.getOutputStream()
                    .write(("GET " + WebServer.bytesPath(100 * MIB) + " HTTP/1.0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            SocksClient.skipHead(slow.getInputStream()); // and reads no further

            assertThat(download("", 10 * MIB).hex()).isEqualTo(new Content(10 * MIB).sha256());
        }
    }

    @Test
    void torResolve_findsNamesAndAddresses() throws Exception {
        String server = "127.0.0.1:" + port;
        assertThat(Programs.output(folder, LIMIT, "", List.of("tor-resolve", "some.test", server))
                        .strip())
                .isEqualTo("127.0.0.1");
        assertThat(Programs.output(folder, LIMIT, "", List.of("tor-resolve", "-x", "203.0.113.7", server))
                        .strip())
                .isEqualTo("host.test");
        assertThat(Programs.run(folder, LIMIT, "", List.of("tor-resolve", "some.invalid", server))
                        .status())
                .isNotZero();
    }

    @Test
    void unknownNameOrClosedPort_isRefusedAsByCTor() throws IOException {
        assertThatThrownBy(() -> SocksClient.connect(port, "nobody.invalid", 80))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.code()).isEqualTo(4));
        // C tor's exits say "refused" or, on some systems, only that something went wrong.
        assertThatThrownBy(() -> SocksClient.connect(port, "web.test", 9))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.code()).isIn(1, 5));
    }

    @Test
    void process_listensOnItsPortOfLoopbackAlone() throws IOException {
        assertThat(ProcNet.listeningPorts(socks.pid())).containsExactly(port);
        assertThat(ProcNet.udpPorts(socks.pid())).isEmpty();
    }

    @Test
    void connectionBeforeReady_waitsAndWorks(@TempDir Path ownFolder) throws Exception {
        try (ChildJvm child = ChildJvm.start(
                ownFolder,
                List.of(),
                Main.class,
                "socks",
                "--port",
                "0",
                "--network",
                network.clientTorrcFile().toString())) {
            int early = Integer.parseInt(child.awaitLine("listening on 127\\.0\\.0\\.1:(\\d+)", START_LIMIT)
                    .group(1));
            Content.Digest digest = new Content.Digest();
            try (Socket socket = SocksClient.connect(early, "web.test", web.port())) {
                SocksClient.get(socket, WebServer.bytesPath(1000), digest);
            }
            assertThat(digest.hex()).isEqualTo(new Content(1000).sha256());
            child.awaitLine("ready", START_LIMIT);
        }
    }

    @Test
    void terminated_endsAtOnceAndLeavesItsState(@TempDir Path ownFolder) throws Exception {
        Path state = ownFolder.resolve("state");
        try (ChildJvm child = startWithState(ownFolder, state)) {
            child.awaitLine("ready", START_LIMIT);
            child.terminate();
            child.awaitEnd(Duration.ofSeconds(20));
        }
        assertThat(state).isNotEmptyDirectory();
        try (ChildJvm again = startWithState(ownFolder, state)) {
            again.awaitLine("ready", START_LIMIT);
        }
    }

    /** A process that is killed soon after its start, as on a phone, trusts the same guards in its next run. */
    @Test
    void t75_killed_leavesItsGuards(@TempDir Path ownFolder) throws Exception {
        Path state = ownFolder.resolve("state");
        try (ChildJvm child = startWithState(ownFolder, state)) {
            child.awaitLine("ready", START_LIMIT);
            Await.until("saved guards", Duration.ofSeconds(20), () -> Files.exists(state.resolve("guards.state")));
        } // kills it
        assertThat(state.resolve("guards.state")).isNotEmptyFile();
    }

    private static ChildJvm startWithState(Path ownFolder, Path state) throws IOException, TimeoutException {
        return ChildJvm.start(
                ownFolder,
                List.of(),
                Main.class,
                "socks",
                "--port",
                "0",
                "--network",
                network.clientTorrcFile().toString(),
                "--state",
                state.toString());
    }

    @Test
    void portTaken_isToldInOneLine(@TempDir Path ownFolder) throws Exception {
        try (ChildJvm child = ChildJvm.start(
                ownFolder,
                List.of(),
                Main.class,
                "socks",
                "--port",
                Integer.toString(port),
                "--network",
                network.clientTorrcFile().toString())) {
            assertThat(child.awaitEnd(START_LIMIT)).isEqualTo(2);
            assertThat(child.errors().lines()).hasSize(1);
        }
    }
}
