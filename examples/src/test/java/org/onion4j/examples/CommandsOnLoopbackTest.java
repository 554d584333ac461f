package org.onion4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.examples.testing.Programs;
import org.onion4j.examples.testing.WebServer;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.junit.OnionNetworkExtension;

/** {@code fetch} and {@code resolve}, as processes of their own, on a network of this JVM that listens on loopback. */
class CommandsOnLoopbackTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String PASSWORD = "changeit";

    @RegisterExtension
    static final OnionNetworkExtension NETWORK = OnionNetworkExtension.of(
            TestNetwork.builder().loopback().authorities(1).relays(3).exits(1));

    @TempDir
    Path folder;

    private Programs.Result run(List<String> jvmOptions, TestNetwork network, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")); // it ends before more pays
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        Path torrc = folder.resolve("network.torrc");
        network.writeTorrc(torrc);
        command.addAll(List.of("--network", torrc.toString()));
        return Programs.run(folder, LIMIT, "", command);
    }

    @Test
    void fetch_writesTheBodyToStandardOutput(TestNetwork network) throws Exception {
        try (WebServer web = WebServer.start()) {
            Programs.Result ran = run(List.of(), network, "fetch", web.url("/"));

            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(ran.out()).isEqualTo(WebServer.PAGE);
        }
    }

    @Test
    void fetch_httpsOfATrustedServer_works(TestNetwork network) throws Exception {
        Path store = keyStore("web.test");
        HttpsServer server = https(store);
        try {
            String url = "https://web.test:" + server.getAddress().getPort() + "/";
            List<String> trust =
                    List.of("-Djavax.net.ssl.trustStore=" + store, "-Djavax.net.ssl.trustStorePassword=" + PASSWORD);

            Programs.Result trusted = run(trust, network, "fetch", url);
            assertThat(trusted.status()).as(trusted.err()).isZero();
            assertThat(trusted.out()).isEqualTo(WebServer.PAGE);

            Programs.Result otherName = run(trust, network, "fetch", url.replace("web.test", "other.test"));
            assertThat(otherName.status()).isEqualTo(1);
            Programs.Result unknown = run(List.of(), network, "fetch", url);
            assertThat(unknown.status()).isEqualTo(1);
            assertThat(unknown.err()).doesNotContain("\tat ");
        } finally {
            server.stop(0);
        }
    }

    private Path keyStore(String host) throws Exception {
        Path store = folder.resolve("keys.p12");
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Programs.output(
                folder,
                LIMIT,
                "",
                List.of(
                        keytool,
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD,
                        "-alias",
                        "web",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "SAN=dns:" + host));
        return store;
    }

    private static HttpsServer https(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] page = WebServer.PAGE.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            }
        });
        server.start();
        return server;
    }

    @Test
    void fetch_thatFails_endsWithStatus1AndOneLineMore(TestNetwork network) throws Exception {
        try (WebServer web = WebServer.start()) {
            for (String url : List.of(
                    "http://nobody.invalid/",
                    "http://web.test:9/",
                    web.url("/absent"),
                    "http://web.test:" + network.relays().get(0).address().getPort() + "/")) {
                Programs.Result ran = run(List.of(), network, "fetch", url);

                assertThat(ran.status()).as(url + ": " + ran.err()).isEqualTo(1);
                assertThat(ran.out()).isEmpty();
                assertThat(ran.err().lines()).last().asString().startsWith("examples/run fetch: cannot fetch " + url);
                assertThat(ran.err()).doesNotContain("\tat ");
            }
        }
    }

    @Test
    void resolve_ofAnUnknownName_endsWithStatus1(TestNetwork network) throws Exception {
        Programs.Result ran = run(List.of(), network, "resolve", "nobody.invalid");

        assertThat(ran.status()).as(ran.err()).isEqualTo(1);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err().lines())
                .last()
                .asString()
                .startsWith("examples/run resolve: cannot resolve nobody.invalid: ");
    }

    @Test
    void resolve_printsTheAddresses(TestNetwork network) throws Exception {
        Programs.Result ran = run(List.of(), network, "resolve", "some.test");

        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out().lines()).containsExactly("127.0.0.1");
    }
}
