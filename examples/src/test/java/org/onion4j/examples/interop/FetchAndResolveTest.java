package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.Main;
import org.onion4j.examples.testing.CTor;
import org.onion4j.examples.testing.CTorNetwork;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.Programs;
import org.onion4j.examples.testing.WebServer;

/** {@code fetch} and {@code resolve}, as processes of their own, on a network of C tor: what depends on its relays. */
@CTor
class FetchAndResolveTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private Programs.Result run(List<String> jvmOptions, CTorNetwork network, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")); // it ends before more pays
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        command.addAll(List.of("--network", network.clientTorrcFile().toString()));
        return Programs.run(folder, LIMIT, "", command);
    }

    @Test
    void fetch_writesTheBodyToAFile(CTorNetwork network) throws Exception {
        Content content = new Content(5_000_001);
        Path file = folder.resolve("file");
        try (WebServer web = WebServer.start()) {
            Programs.Result ran = run(
                    List.of(),
                    network,
                    "fetch",
                    web.url(WebServer.bytesPath(content.size())),
                    "--out",
                    file.toString(),
                    "--state",
                    folder.resolve("state").toString());

            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(ran.out()).isEmpty();
        }
        Content.Digest digest = new Content.Digest();
        Files.copy(file, digest);
        assertThat(digest.hex()).isEqualTo(content.sha256());
        assertThat(folder.resolve("state")).isNotEmptyDirectory();
    }

    @Test
    void fetch_thatFails_endsWithStatus1AndOneLineMore(CTorNetwork network) throws Exception {
        try (WebServer web = WebServer.start()) {
            for (String url : List.of(
                    "http://nobody.invalid/",
                    "http://web.test:9/",
                    web.url("/absent"),
                    "http://web.test:" + network.nodes().get(0).orPort() + "/")) {
                Programs.Result ran = run(List.of(), network, "fetch", url);

                assertThat(ran.status()).as(url + ": " + ran.err()).isEqualTo(1);
                assertThat(ran.out()).isEmpty();
                assertThat(ran.err().lines()).last().asString().startsWith("examples/run fetch: cannot fetch " + url);
                assertThat(ran.err()).doesNotContain("\tat ");
            }
        }
    }

    @Test
    void resolve_printsTheAddressesThatTheExitFinds(CTorNetwork network) throws Exception {
        Programs.Result ran = run(List.of(), network, "resolve", "some.test");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out().lines()).contains("127.0.0.1");
        assertThat(network.namesAsked()).contains("some.test");
    }

    @Test
    void resolve_ofAnUnknownName_endsWithStatus1(CTorNetwork network) throws Exception {
        Programs.Result ran = run(List.of(), network, "resolve", "nobody.invalid");

        assertThat(ran.status()).as(ran.err()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines())
                .last()
                .asString()
                .startsWith("examples/run resolve: cannot resolve nobody.invalid: ");
    }
}
