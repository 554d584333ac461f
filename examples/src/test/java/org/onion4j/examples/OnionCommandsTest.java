package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.ChildJvm;
import org.onion4j.examples.testing.WebServer;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.junit.OnionNetworkExtension;

/** {@code serve} and {@code chat}, as processes of their own, on a network of this JVM that listens on loopback. */
class OnionCommandsTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String ADDRESS = "([a-z2-7]{56}\\.onion)";
    private static final int ENDED_BY_SIGTERM = 143;
    private static final int CHAT_PORT = 7979;

    @RegisterExtension
    static final OnionNetworkExtension NETWORK =
            OnionNetworkExtension.of(TestNetwork.builder().loopback());

    @TempDir
    Path folder;

    private Path torrc;

    @BeforeEach
    void writeTorrc(TestNetwork network) throws IOException {
        torrc = folder.resolve("network.torrc");
        network.writeTorrc(torrc);
    }

    private ChildJvm start(String... args) throws IOException {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--network", torrc.toString()));
        return ChildJvm.start(folder, List.of("-XX:TieredStopAtLevel=1"), Main.class, all.toArray(new String[0]));
    }

    private String state(String name) {
        return folder.resolve(name).toString();
    }

    private ChildJvm serve(WebServer web) throws IOException {
        return start("serve", "--port", "80", "--to", "127.0.0.1:" + web.port(), "--state", state("serve"));
    }

    private void assertReached(String address) throws Exception {
        Path page = folder.resolve("page");
        try (ChildJvm fetch = start("fetch", "http://" + address + "/", "--out", page.toString())) {
            assertThat(fetch.awaitEnd(LIMIT)).as(fetch.errors()).isZero();
        }
        assertThat(page).hasContent(WebServer.PAGE);
        Files.delete(page);
    }

    @Test
    void serve_endsWhenItIsTold_andComesBackUnderItsAddress() throws Exception {
        try (WebServer web = WebServer.start()) {
            String address;
            try (ChildJvm serve = serve(web)) {
                address = serve.awaitLine(ADDRESS, LIMIT).group(1);
                serve.awaitLine("published", LIMIT);
                assertReached(address);

                serve.terminate();
                assertThat(serve.awaitEnd(LIMIT)).isEqualTo(ENDED_BY_SIGTERM);
                assertThat(serve.errors()).doesNotContain("internal error", "\tat ", "WARN", "ERROR");
            }
            try (ChildJvm serve = serve(web)) {
                assertThat(serve.awaitLine(".*", LIMIT).group()).isEqualTo(address);
                serve.awaitLine("published", LIMIT);
                assertReached(address);
            }
        }
    }

    @Test
    void chat_goesBothWaysAndOnAfterABreak_withWhomItKnowsAlone(OnionClient stranger) throws Exception {
        try (ChildJvm ann = start("chat", "--state", state("ann"))) {
            String annsAddress = ann.awaitLine(ADDRESS, LIMIT).group(1);
            String bobsAddress;
            try (ChildJvm bob = start("chat", "--state", state("bob"), annsAddress)) {
                bobsAddress = bob.awaitLine(ADDRESS, LIMIT).group(1);
                bob.type("hello \u001b[31mAnn"); // kept until she is there
                assertThat(ann.awaitLine("> .*", LIMIT).group()).isEqualTo("> hello [31mAnn");
                assertThat(ann.errors()).contains("-- " + bobsAddress + " is here");
                ann.type("gr\u00fc\u00df dich");
                bob.awaitLine("> gr\u00fc\u00df dich", LIMIT);

                assertRefused(stranger, annsAddress, bobsAddress + " 00");
            } // and dies without a word
            Await.until("the break to be seen", LIMIT, () -> ann.errors().contains(bobsAddress + " is gone"));
            ann.type("where are you?");
            try (ChildJvm bob = start("chat", "--state", state("bob"), annsAddress)) {
                assertThat(bob.awaitLine(ADDRESS, LIMIT).group(1)).isEqualTo(bobsAddress);
                bob.awaitLine("> where are you\\?", LIMIT);
                bob.type("bye");
                bob.endInput();
                ann.awaitLine("> bye", LIMIT);
                assertThat(bob.awaitEnd(LIMIT)).as(bob.errors()).isZero();
            }
            Await.until("him to leave", LIMIT, () -> ann.errors().contains(bobsAddress + " has left"));
            ann.endInput();
            assertThat(ann.awaitEnd(LIMIT)).as(ann.errors()).isZero();
        }
    }

    /** Somebody who can't prove to be whom he says he is hears nothing more. */
    private static void assertRefused(OnionClient client, String callee, String proof) throws IOException {
        try (OnionStream stream = client.openStream(callee, CHAT_PORT)) {
            stream.setReadTimeout(LIMIT);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(stream.getInputStream(), StandardCharsets.UTF_8));
            assertThat(in.readLine()).startsWith("onion4j-chat 1 ");
            stream.getOutputStream().write((proof + "\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(in.readLine()).isNull();
        }
    }
}
