package org.onion4j.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.onion4j.api.OnionServiceEvent.StreamRefused;
import org.onion4j.api.internal.ArrivingStream.Refusal;
import org.onion4j.api.internal.HostRequest;
import org.onion4j.api.testing.FakeArrival;
import org.onion4j.api.testing.FakeEngine;
import org.onion4j.api.testing.FakeEngine.AskedHost;
import org.onion4j.api.testing.FakeHosted;
import org.onion4j.api.testing.FakeStream;

/** Streams that are passed on to servers of this machine. */
@Timeout(30)
class OnionServiceForwardTest {
    private final FakeEngine engine = new FakeEngine();
    private final BlockingQueue<OnionServiceEvent> events = new LinkedBlockingQueue<>();
    private OnionClient client;
    private HostRequest request;
    private ServerSocket server;

    @BeforeEach
    void start() throws Exception {
        client = OnionClient.builder().engines(config -> engine).build();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        if (server != null) {
            server.close();
        }
    }

    private OnionService forwardTo(String host, int maxStreams) throws Exception {
        InetAddress address = InetAddresses.forString(host);
        server = new ServerSocket(0, 50, address);
        CompletableFuture<OnionService> hosting = client.hostAsync(OnionServiceConfig.builder()
                .forward(80, new InetSocketAddress(address, server.getLocalPort()))
                .maxStreams(maxStreams)
                .listener(events::add)
                .build());
        AskedHost asked = engine.nextHost();
        request = asked.request();
        asked.answer().complete(new FakeHosted(OnionServiceKey.generate().onion()));
        return hosting.get(10, TimeUnit.SECONDS);
    }

    private FakeArrival arrive() {
        FakeArrival arrival = new FakeArrival(80);
        request.streams().accept(arrival);
        return arrival;
    }

    /** Whatever proxy the application's JVM has, what clients send goes to the target alone. */
    @Test
    void jvmWithAProxy_isNotAskedForOne() throws Exception {
        ProxySelector before = ProxySelector.getDefault();
        BlockingQueue<URI> asked = new LinkedBlockingQueue<>();
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                asked.add(uri);
                return List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        });
        try {
            forwardTo("127.0.0.1", 4);
            FakeArrival arrival = arrive();
            try (Socket accepted = server.accept()) {
                arrival.awaitAccepted();
                assertThat(accepted.isConnected()).isTrue();
                assertThat(asked).isEmpty();
            }
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean canListen(String host) {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddresses.forString(host))) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void bytesGoBothWays_andTheServersEndIsTheEnd(String host) throws Exception {
        assumeThat(canListen(host)).as("this machine has that kind of address").isTrue();
        forwardTo(host, 10);
        FakeArrival arrival = arrive();
        try (Socket accepted = server.accept()) {
            FakeStream far = arrival.awaitAccepted();
            far.send(ascii("ask"));
            InputStream in = accepted.getInputStream();
            assertThat(in.readNBytes(3)).isEqualTo(ascii("ask"));
            accepted.getOutputStream().write(ascii("answer"));
            assertThat(far.awaitSent(6)).isEqualTo(ascii("answer"));
            accepted.shutdownOutput();
            far.awaitClosed();
        }
    }

    @Test
    void clientsEnd_reachesTheServer() throws Exception {
        forwardTo("127.0.0.1", 10);
        FakeArrival arrival = arrive();
        try (Socket accepted = server.accept()) {
            arrival.awaitAccepted().end();
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void streamThatBreaks_resetsTheServersConnection() throws Exception {
        forwardTo("127.0.0.1", 10);
        FakeArrival arrival = arrive();
        try (Socket accepted = server.accept()) {
            arrival.awaitAccepted().fail(new CircuitClosedException("gone", Optional.empty(), null));
            assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void serverThatIsDown_isToldToTheClient() throws Exception {
        forwardTo("127.0.0.1", 10);
        server.close();
        assertThat(arrive().awaitRefused()).isEqualTo(Refusal.CONNECTION_REFUSED);
        assertThat(events.poll(10, TimeUnit.SECONDS))
                .isEqualTo(new StreamRefused(80, StreamRefused.Reason.TARGET_UNREACHABLE));
    }

    @Test
    void streamsAreBounded_andRoomComesBack() throws Exception {
        forwardTo("127.0.0.1", 1);
        FakeArrival first = arrive();
        try (Socket accepted = server.accept()) {
            first.awaitAccepted();
            assertThat(arrive().awaitRefused()).isEqualTo(Refusal.BUSY);
            accepted.getOutputStream().write(1);
        }
        first.awaitAccepted().awaitClosed();
        FakeArrival next = arrive();
        while (next.isRefused()) { // the threads of the first one may still be ending
            next = arrive();
        }
        server.accept().close();
        next.awaitAccepted().awaitClosed();
    }

    @Test
    void close_endsConnections() throws Exception {
        OnionService service = forwardTo("127.0.0.1", 10);
        FakeArrival arrival = arrive();
        try (Socket accepted = server.accept()) {
            arrival.awaitAccepted();
            service.close();
            assertThat(accepted.getInputStream().read()).isEqualTo(-1);
        }
        arrival.awaitAccepted().awaitClosed();
    }
}
