package org.onion4j.testnet.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.ProxyServer;
import org.onion4j.api.StreamOptions;
import org.onion4j.testnet.TestNetwork;
import org.onion4j.testnet.TestRelay;
import org.onion4j.testnet.junit.OnionNetworkExtension;

/** Who shares circuits with whom, by what relays saw: by tokens, by names, by users of the proxy, by client. */
class SharedCircuitsTest {
    @RegisterExtension
    static final OnionNetworkExtension net =
            OnionNetworkExtension.of(TestNetwork.builder().seed(8).standingTime());

    private static final int MOST_CLIENTS = 30;

    private String consensus;

    @BeforeEach
    void forget(TestNetwork network) throws InterruptedException {
        network.time().settle(Duration.ofSeconds(5));
        network.relays().forEach(TestRelay::forget);
        consensus = network.consensus();
    }

    private PrivacyRules.Verdict verdict(TestNetwork network, Crowd crowd) throws InterruptedException {
        network.time().settle(Duration.ofSeconds(5));
        PrivacyRules.Verdict verdict = PrivacyRules.check(
                Sight.all(network),
                Truth.of(
                        network,
                        crowd.ownersByHost(),
                        crowd.clientsByOwner(),
                        consensus + network.consensus(),
                        2)); // the guard, and one more where the guard is the exit
        assertThat(verdict.violations()).isEmpty();
        return verdict;
    }

    private static StreamOptions named(String name) {
        return StreamOptions.builder().isolation(IsolationToken.named(name)).build();
    }

    @Test
    void streamsOfOneToken_mayShareACircuit_othersNever(TestNetwork network) throws Exception {
        try (Crowd crowd = new Crowd(network, 1)) {
            crowd.join("c1");
            crowd.ask(40);

            PrivacyRules.Verdict verdict = verdict(network, crowd);

            assertThat(verdict.circuits()).isGreaterThanOrEqualTo(5); // one for each owner at the least
            assertThat(verdict.shared()).isPositive();
        }
    }

    @Test
    void equalNames_mayShareACircuit(TestNetwork network) throws Exception {
        try (Crowd crowd = new Crowd(network, 2)) {
            OnionClient client = crowd.join("c1");
            Crowd.Owner alice = crowd.owner("c1/alice");
            crowd.drive(List.of(client.openStreamAsync(alice.host(), 80, named("alice"))));
            crowd.drive(List.of(client.openStreamAsync(alice.address(), 80, named("alice"))));
            crowd.drive(List.of(client.resolveAsync(alice.host(), named("alice"))));

            PrivacyRules.Verdict verdict = verdict(network, crowd);

            assertThat(verdict.circuits()).isEqualTo(1);
            assertThat(verdict.shared()).isEqualTo(1);
        }
    }

    /** The rules are not blind: streams that break them by what the test says of them are found in a real record. */
    @Test
    void sharingThatWasNotAllowed_isFound(TestNetwork network) throws Exception {
        try (Crowd crowd = new Crowd(network, 3)) {
            OnionClient client = crowd.join("c1");
            for (String owner : List.of("c1/alice", "c1/bob")) {
                crowd.drive(List.of(client.openStreamAsync(crowd.owner(owner).host(), 80, named("both"))));
            }
            network.time().settle(Duration.ofSeconds(5));
            Truth truth = Truth.of(network, crowd.ownersByHost(), crowd.clientsByOwner(), consensus, 2);

            assertThat(PrivacyRules.check(Sight.all(network), truth).violations())
                    .hasSize(1)
                    .allMatch(one -> one.contains("shared by [c1/alice, c1/bob]"));
        }
    }

    @Test
    void usersOfTheProxy_shareNoCircuits(TestNetwork network) throws Exception {
        ExecutorService programs = Executors.newCachedThreadPool();
        try (Crowd crowd = new Crowd(network, 4)) {
            OnionClient client = crowd.join("c1");
            try (ProxyServer proxy = client.openSocksProxy(0);
                    ProxyServer other = client.openSocksProxy(0)) {
                List<CompletableFuture<?>> all = new ArrayList<>();
                List<ProxyServer> proxies = List.of(proxy, proxy, proxy, other);
                List<String> users = List.of("ann:1", "ben:1", "ann:2", "ann:1");
                for (int i = 0; i < users.size(); i++) {
                    int port = proxies.get(i).port();
                    String[] user = users.get(i).split(":", -1);
                    Crowd.Owner owner =
                            crowd.own("c1", client, "socks" + i, StreamOptions.DEFAULT, crowd.place("c1/default"));
                    for (int times = 0; times < 3; times++) {
                        all.add(CompletableFuture.runAsync(
                                () -> throughProxy(port, user[0], user[1], owner.host()), programs));
                    }
                }
                crowd.ask(5); // as streams of the client itself go on
                crowd.drive(all);
                assertThat(all).noneMatch(CompletableFuture::isCompletedExceptionally);
            }
            PrivacyRules.Verdict verdict = verdict(network, crowd);
            assertThat(verdict.circuits()).isGreaterThanOrEqualTo(4);
        } finally {
            programs.shutdownNow();
        }
    }

    /** As a program does that speaks SOCKS5 with a user name and a password. */
    private static void throughProxy(int port, String user, String password, String host) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            out.write(new byte[] {5, 1, 2});
            check(in.readUnsignedShort() == 0x0502);
            out.write(("\1" + (char) user.length() + user + (char) password.length() + password)
                    .getBytes(StandardCharsets.US_ASCII));
            check(in.readUnsignedShort() == 0x0100);
            out.write(("\5\1\0\3" + (char) host.length() + host + "\0\120").getBytes(StandardCharsets.US_ASCII));
            check(in.readUnsignedShort() == 0x0500);
            in.readFully(new byte[8]);
            out.write('x');
            check(in.read() == 'x');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(boolean good) throws IOException {
        if (!good) {
            throw new IOException("the proxy doesn't answer as it should");
        }
    }

    @Test
    void clientsOfOneNetwork_shareNothing(TestNetwork network) throws Exception {
        try (Crowd crowd = new Crowd(network, 5)) {
            for (int i = 1; i <= 5; i++) {
                crowd.join("c" + i);
            }
            crowd.ask(40);

            verdict(network, crowd); // each stream on a circuit of its own client
            // Each draws its guards for itself, so several may draw the same; a client alone never has more than two.
            for (int i = 6; i <= MOST_CLIENTS && firstHops(network).size() <= 2; i++) {
                crowd.join("c" + i);
                crowd.ask(10);
            }
            assertThat(firstHops(network)).as("guards of all clients").hasSizeGreaterThan(2);
        }
    }

    private static Set<String> firstHops(TestNetwork network) {
        return Sight.all(network).stream()
                .filter(Sight::isFirstOfMore)
                .map(Sight::relay)
                .collect(Collectors.toSet());
    }

    @Test
    void guards_areKept(TestNetwork network) throws Exception {
        try (Crowd crowd = new Crowd(network, 6)) {
            crowd.join("c1");
            for (int hour = 0; hour < 2; hour++) {
                crowd.ask(5);
                network.time().advance(Duration.ofHours(1));
            }
            crowd.ask(5);

            verdict(network, crowd);
        }
    }
}
