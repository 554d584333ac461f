package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.ConnectionRefusedException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionClientKeyPair;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceClosedException;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceEvent;
import org.onion4j.api.OnionServiceException;
import org.onion4j.api.OnionServiceKey;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.junit.OnionNetwork;

/** Onion services as applications host them, on a whole network. */
@OnionNetwork(seed = 4, relays = 10)
@Timeout(120)
@SuppressWarnings("try") // what is closed early is closed again, which has no effect
class OnionServiceHostTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    /** After this a change has come to all directories. */
    private static final Duration PUBLISHING = Duration.ofMinutes(1);

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void echo(OnionServiceStream stream) throws IOException {
        try (stream) {
            byte[] buffer = new byte[1000];
            int count;
            while ((count = stream.getInputStream().read(buffer)) >= 0) {
                stream.getOutputStream().write(buffer, 0, count);
            }
        }
    }

    private static OnionService host(OnionClient host, OnionServiceConfig config) throws OnionException {
        OnionService service = host.host(config);
        service.awaitPublished(LIMIT);
        return service;
    }

    private static void assertEchoes(OnionClient client, String address, int port) throws IOException {
        try (OnionStream stream = client.openStream(address, port)) {
            stream.setReadTimeout(LIMIT);
            stream.getOutputStream().write(ascii("echo"));
            assertThat(stream.getInputStream().readNBytes(4)).isEqualTo(ascii("echo"));
        }
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
    void streams_areAcceptedHandledAndGivenAsSockets_eachAtItsPort(TestNetwork network, OnionClient client)
            throws Exception {
        try (OnionClient host = network.newClient();
                OnionService service = host(
                        host,
                        OnionServiceConfig.builder()
                                .port(80)
                                .port(81)
                                .port(7, OnionServiceHostTest::echo)
                                .build())) {
            assertEchoes(client, service.address(), 7);

            try (OnionStream stream = client.openStream("www." + service.address(), 80);
                    OnionServiceStream accepted = service.accept(LIMIT)) {
                assertThat(accepted.port()).isEqualTo(80);
                accepted.getOutputStream().write(ascii("hello"));
                accepted.close();
                assertThat(stream.getInputStream().readAllBytes()).isEqualTo(ascii("hello"));
            }

            try (ServerSocket server = service.serverSocket(81);
                    OnionStream stream = client.openStream(service.address(), 81);
                    Socket socket = server.accept()) {
                stream.getOutputStream().write(ascii("to a socket"));
                assertThat(socket.getInputStream().readNBytes(11)).isEqualTo(ascii("to a socket"));
                stream.close();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }

            assertThatThrownBy(() -> client.openStream(service.address(), 22))
                    .isInstanceOf(ConnectionRefusedException.class);
        }
    }

    @Test
    void streams_arePassedOnToAServer(TestNetwork network, OnionClient client) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                OnionClient host = network.newClient();
                OnionService service = host(
                        host,
                        OnionServiceConfig.builder()
                                .forward(80, (InetSocketAddress) server.getLocalSocketAddress())
                                .build())) {
            CompletableFuture<OnionStream> opening = client.openStreamAsync(service.address(), 80);
            try (Socket accepted = server.accept();
                    OnionStream stream = opening.get(1, TimeUnit.MINUTES)) {
                stream.getOutputStream().write(ascii("ask"));
                assertThat(accepted.getInputStream().readNBytes(3)).isEqualTo(ascii("ask"));
                accepted.getOutputStream().write(ascii("answer"));
                accepted.close();
                assertThat(stream.getInputStream().readAllBytes()).isEqualTo(ascii("answer"));
            }
            server.close();
            assertThatThrownBy(() -> client.openStream(service.address(), 80))
                    .isInstanceOf(ConnectionRefusedException.class);
        }
    }

    @Test
    void severalServices_ofOneClient_areDifferentOnes(TestNetwork network, OnionClient client) throws Exception {
        Queue<OnionServiceEvent> events = new ConcurrentLinkedQueue<>();
        try (OnionClient host = network.newClient();
                OnionServiceKey key = OnionServiceKey.generate();
                OnionService first = host.host(OnionServiceConfig.builder()
                        .name("first")
                        .port(80, OnionServiceHostTest::echo)
                        .build());
                OnionService second = host.host(OnionServiceConfig.builder()
                        .inMemoryOnly()
                        .key(key)
                        .introductionPoints(1)
                        .port(80, OnionServiceHostTest::echo)
                        .listener(events::add)
                        .build())) {
            first.awaitPublished(LIMIT);
            second.awaitPublished(LIMIT);
            assertThat(second.address()).isEqualTo(key.address()).isNotEqualTo(first.address());
            assertEchoes(client, first.address(), 80);
            assertEchoes(client, second.address(), 80);
            first.close();
            assertEchoes(client, second.address(), 80);
            assertThat(events).contains(new OnionServiceEvent.IntroductionPoints(1, 1));
            assertThat(events).hasAtLeastOneElementOfType(OnionServiceEvent.Published.class);
        }
    }

    @Test
    @OnionNetwork(seed = 6, relays = 10, time = OnionNetwork.Time.STANDING)
    void restrictedService_isForItsClientsAlone_alsoThoseAuthorizedLater(TestNetwork network) throws Exception {
        try (OnionClientKeyPair early = OnionClientKeyPair.generate();
                OnionClientKeyPair late = OnionClientKeyPair.generate();
                OnionClient host = network.newClient();
                OnionService service = host.host(OnionServiceConfig.builder()
                        .port(80, OnionServiceHostTest::echo)
                        .authorizeClient(early.publicKey())
                        .build())) {
            network.time().advance(PUBLISHING);
            service.awaitPublished(LIMIT);
            try (OnionClient client = network.newClient()) {
                assertThat(refusal(client, service.address()))
                        .contains(OnionServiceException.Reason.NEEDS_AUTHORIZATION);
                client.authorize(service.address(), late);
                assertThat(refusal(client, service.address()))
                        .contains(OnionServiceException.Reason.WRONG_AUTHORIZATION);
                client.authorize(service.address(), early);
                assertEchoes(client, service.address(), 80);
            }

            service.authorizeClient(late.publicKey());
            service.revokeClient(early.publicKey());
            network.time().advance(PUBLISHING);
            try (OnionClient client = network.newClient();
                    OnionClient revoked = network.newClient()) {
                client.authorize(service.address(), late);
                revoked.authorize(service.address(), early);
                assertEchoes(client, service.address(), 80);
                assertThat(refusal(revoked, service.address()))
                        .contains(OnionServiceException.Reason.WRONG_AUTHORIZATION);
            }
        }
    }

    @Test
    void restartedService_keepsItsAddress(TestNetwork network, OnionClient client, @TempDir Path state)
            throws Exception {
        OnionServiceConfig config = OnionServiceConfig.builder()
                .name("kept")
                .port(80, OnionServiceHostTest::echo)
                .build();
        String address;
        try (OnionClient host = network.clientBuilder().stateDirectory(state).build();
                OnionService service = host(host, config)) {
            address = service.address();
            assertEchoes(client, address, 80);
        }
        try (OnionClient host = network.clientBuilder().stateDirectory(state).build();
                OnionService service = host(host, config);
                OnionClient other = network.newClient()) {
            assertThat(service.address()).isEqualTo(address);
            assertEchoes(other, address, 80);
        }
    }

    @Test
    void serviceThatIsClosed_letsStreamsEndFirst_andIsNotReachedAnyMore(TestNetwork network) throws Exception {
        try (OnionClient host = network.newClient();
                OnionClient client = network.newClient();
                OnionService service =
                        host(host, OnionServiceConfig.builder().port(80).build());
                OnionStream stream = client.openStream(service.address(), 80);
                OnionServiceStream accepted = service.accept(LIMIT)) {
            CompletableFuture<Void> closing = service.closeAsync(LIMIT);
            accepted.getOutputStream().write(ascii("bye"));
            assertThat(stream.getInputStream().readNBytes(3)).isEqualTo(ascii("bye"));
            assertThat(closing).isNotDone();
            stream.close();
            closing.get(1, TimeUnit.MINUTES);
            assertThatThrownBy(service::accept).isInstanceOf(OnionServiceClosedException.class);
            assertThatThrownBy(() -> client.openStream(service.address(), 80))
                    .isInstanceOfAny(OnionServiceException.class, CircuitClosedException.class);
        }
    }
}
