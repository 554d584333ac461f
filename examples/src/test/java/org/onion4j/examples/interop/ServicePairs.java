package org.onion4j.examples.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.BaseEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionClientKeyPair;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionStream;
import org.onion4j.examples.testing.Await;
import org.onion4j.examples.testing.CTorClient;
import org.onion4j.examples.testing.CTorService;
import org.onion4j.examples.testing.Content;
import org.onion4j.examples.testing.SocksClient;
import org.onion4j.examples.testing.WebServer;

/**
 * Services of ours and of C tor's, one of each for everybody and one for authorized clients, and a client of ours and one of
 * C tor's, all on one network: whoever should be reached is.
 */
final class ServicePairs {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** 20 MiB. */
    static final long SIZE = 20 << 20;

    private final Path folder;
    private final List<String> torrc;
    private final long size;

    /**
     * @param torrc the network, in lines of C tor's configuration
     * @param size bytes that each pair fetches
     */
    ServicePairs(List<String> torrc, Path folder, long size) {
        this.torrc = torrc;
        this.folder = folder;
        this.size = size;
    }

    /** All pairs, one after the other: each fetches something whose digest is looked at. */
    void meet(OnionClient host, OnionClient client) throws Exception {
        InetAddress local = local();
        try (WebServer web = WebServer.start(local);
                OnionClientKeyPair pair = OnionClientKeyPair.generate();
                CTorService theirs = CTorService.start(torrc, web.address(), sub("theirs"));
                CTorService theirsRestricted = CTorService.start(torrc, web.address(), restricted(pair));
                OnionService ours = host.host(config("ours", web.address()).build());
                OnionService oursRestricted = host.host(config("ours-restricted", web.address())
                        .authorizeClient(pair.publicKey())
                        .build())) {
            client.authorize(theirsRestricted.address(), pair);
            client.authorize(oursRestricted.address(), pair);
            ours.awaitPublished(LIMIT);
            oursRestricted.awaitPublished(LIMIT);
            List<String> addresses =
                    List.of(ours.address(), oursRestricted.address(), theirs.address(), theirsRestricted.address());
            for (String address : addresses) {
                Await.until("our client to reach a service", LIMIT, () -> {
                    byUs(client, address, "/");
                    return true;
                });
                assertThat(byUs(client, address, WebServer.bytesPath(size))).isEqualTo(new Content(size).sha256());
            }
            List<String> restricted = List.of(oursRestricted.address(), theirsRestricted.address());
            try (CTorClient tor = CTorClient.start(torrc, authorized(pair, restricted))) {
                for (String address : addresses) {
                    Await.until("C tor's client to reach a service", LIMIT, () -> {
                        byTor(tor, address, "/");
                        return true;
                    });
                    assertThat(byTor(tor, address, WebServer.bytesPath(size))).isEqualTo(new Content(size).sha256());
                }
                assertThat(Stream.of(tor.complaints(), theirs.complaints(), theirsRestricted.complaints())
                                .flatMap(List::stream))
                        .isEmpty();
            }
        }
    }

    /** The local server is behind IPv6 where the machine has it. */
    private static InetAddress local() throws IOException {
        InetAddress six = InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        try (ServerSocket probe = new ServerSocket(0, 1, six)) {
            return probe.getInetAddress();
        } catch (IOException e) {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        }
    }

    private static OnionServiceConfig.Builder config(String name, InetSocketAddress target) {
        return OnionServiceConfig.builder().name(name).forward(80, target);
    }

    private static String byUs(OnionClient client, String address, String path) throws IOException {
        Content.Digest digest = new Content.Digest();
        try (OnionStream stream = client.openStream(address, 80)) {
            stream.setReadTimeout(Duration.ofMinutes(1));
            stream.getOutputStream().write(("GET " + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            InputStream in = stream.getInputStream();
            SocksClient.skipHead(in);
            in.transferTo(digest);
        }
        return digest.hex();
    }

    private static String byTor(CTorClient client, String address, String path) throws IOException {
        Content.Digest digest = new Content.Digest();
        try (Socket socket = SocksClient.connect(client.socksPort(), address, 80)) {
            SocksClient.get(socket, path, digest);
        }
        return digest.hex();
    }

    private Path sub(String name) throws IOException {
        return Files.createDirectory(folder.resolve(name));
    }

    private static Path privateFolder(Path path) throws IOException {
        return Files.createDirectory(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** The folder of a service of C tor's that knows one client. */
    private Path restricted(OnionClientKeyPair pair) throws IOException {
        Path restricted = sub("theirs-restricted");
        Path clients =
                privateFolder(privateFolder(restricted.resolve("service")).resolve("authorized_clients"));
        Files.writeString(
                clients.resolve("us.auth"),
                "descriptor:x25519:" + pair.publicKey().text() + "\n");
        return restricted;
    }

    /** The folder of a client of C tor's that some services know. */
    private Path authorized(OnionClientKeyPair pair, List<String> services) throws IOException {
        Path client = sub("client");
        Path keys = privateFolder(client.resolve("keys"));
        String key = BaseEncoding.base32().omitPadding().encode(pair.privateKey());
        for (String service : services) {
            String address = service.substring(0, service.length() - ".onion".length());
            Files.writeString(keys.resolve(address + ".auth_private"), address + ":descriptor:x25519:" + key + "\n");
        }
        return client;
    }
}
