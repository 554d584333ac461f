package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.BaseEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
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
import org.onion4j.testnet.Forgery;
import org.onion4j.testnet.Reaction;
import org.onion4j.testnet.SeenCircuit;
import org.onion4j.testnet.TestNetwork;

/** Our client reaches an onion service of C tor's over our relays. */
@CTor
class OnionServiceClientTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long SIZE = 4 << 20;
    private static final String VERIFIED = "PoW INTRODUCE2 request successfully verified";

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

    /**
     * T46: a service that has no queue yet suggests no work. A client does some all the same where introductions came to
     * nothing, and C tor finds it good.
     */
    @Test
    void serviceOfCTorThatAsksForWork_getsIt() throws Exception {
        Path its = Files.createDirectory(folder.resolve("busy"));
        Path log = its.resolve("work.log");
        AtomicBoolean refusing = new AtomicBoolean(true);
        try (TestNetwork network = TestNetwork.builder().loopback().build();
                WebServer web = WebServer.start();
                CTorService service = CTorService.start(
                        network.torrc().lines().toList(),
                        web.address(),
                        its,
                        List.of("HiddenServicePoWDefensesEnabled 1", "Log [rend]info file " + log));
                OnionClient client = network.newClient()) {
            network.relays()
                    .forEach(relay -> relay.hostile(passing -> refusing.get() && passing.isFromClient("INTRODUCE1")
                            ? Reaction.drop().after(Forgery.message("INTRODUCE_ACK", 0, new byte[] {0, 1, 0}))
                            : Reaction.pass()));
            Await.until(
                    "all introductions to fail",
                    LIMIT,
                    () -> refusal(client, service.address())
                            .equals(Optional.of(OnionServiceException.Reason.INTRODUCTION_FAILED)));
            assertThat(log).content().doesNotContain(VERIFIED);
            refusing.set(false);
            Await.until("the service to be reached", LIMIT, () -> isReached(client, service.address()));
            assertThat(log).content().contains(VERIFIED);
        }
    }

    @Test
    void restrictedServiceOfCTor_isForAuthorizedClientsAlone() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("X25519").generateKeyPair();
        byte[] privateKey = ((XECPrivateKey) pair.getPrivate()).getScalar().orElseThrow();
        Path restricted = Files.createDirectory(folder.resolve("restricted"));
        Path authorized = Files.createDirectories(
                restricted.resolve("service/authorized_clients"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setPosixFilePermissions(restricted.resolve("service"), PosixFilePermissions.fromString("rwx------"));
        Files.writeString(authorized.resolve("us.auth"), "descriptor:x25519:" + base32(pair) + "\n");
        try (TestNetwork network = TestNetwork.builder().loopback().build();
                WebServer web = WebServer.start();
                CTorService service = CTorService.start(network.torrc().lines().toList(), web.port(), restricted);
                OnionClient client = network.newClient()) {
            Await.until(
                    "the service to be found",
                    LIMIT,
                    () -> refusal(client, service.address())
                            .equals(Optional.of(OnionServiceException.Reason.NEEDS_AUTHORIZATION)));
            client.authorize(service.address(), new byte[] {
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                29, 30, 31, 32
            });
            assertThat(refusal(client, service.address())).contains(OnionServiceException.Reason.WRONG_AUTHORIZATION);
            client.authorize(service.address(), privateKey);
            Await.until("the service to be reached", LIMIT, () -> isReached(client, service.address()));
        }
    }

    private static String base32(KeyPair pair) {
        byte[] bigEndian = ((XECPublicKey) pair.getPublic()).getU().toByteArray();
        byte[] key = new byte[32];
        for (int i = 0; i < Math.min(key.length, bigEndian.length); i++) {
            key[i] = bigEndian[bigEndian.length - 1 - i];
        }
        return BaseEncoding.base32().omitPadding().encode(key);
    }

    private static Optional<OnionServiceException.Reason> refusal(OnionClient client, String address)
            throws IOException {
        try {
            client.openStream(address, 80).close();
            return Optional.empty();
        } catch (OnionServiceException e) {
            return Optional.of(e.reason());
        }
    }

    @Test
    void serviceThatNeverWas_isNotFound() throws Exception {
        try (TestNetwork network = TestNetwork.builder().loopback().build();
                OnionClient client = network.newClient()) {
            assertThatThrownBy(() ->
                            client.openStream("25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sid.onion", 80))
                    .isInstanceOfSatisfying(
                            OnionServiceException.class,
                            e -> assertThat(e.reason()).isEqualTo(OnionServiceException.Reason.NOT_FOUND));
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
