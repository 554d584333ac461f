package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.api.OnionClient;
import org.onion4j.api.ProxyServer;
import org.onion4j.api.SocksOptions;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.testnet.ScriptedService.Conduct;
import org.onion4j.testnet.keys.SeededRandom;

/** What programs hear from the SOCKS proxy when an onion service can't be reached. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class OnionServiceSocksTest {
    private static final Duration STEP = Duration.ofMillis(500);

    private final OnionServiceWorld world = new OnionServiceWorld(1928);
    private final ScriptedService service = world.service;

    OnionServiceSocksTest() throws Exception {}

    @BeforeAll
    void publish() throws Exception {
        service.publish(1);
    }

    @AfterAll
    void close() {
        world.close();
    }

    private OnionClient newClient() throws Exception {
        OnionClient client =
                world.network.clientBuilder().connectTimeout(Duration.ofDays(1)).build();
        world.await(client.bootstrapAsync());
        return client;
    }

    /** A program's side: the code of the proxy's reply to CONNECT. Spec: RFC 1928, "Replies". */
    private static int reply(int port, String host) {
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            OutputStream out = socket.getOutputStream();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            out.write(new byte[] {5, 1, 0});
            assertThat(in.readUnsignedShort()).isEqualTo(0x0500);
            byte[] name = host.getBytes(StandardCharsets.US_ASCII);
            out.write(new byte[] {5, 1, 0, 3, (byte) name.length});
            out.write(name);
            out.write(new byte[] {0, OnionServiceWorld.PORT});
            assertThat(in.readUnsignedByte()).isEqualTo(5);
            return in.readUnsignedByte();
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    /** Lets time pass, once the proxy has begun with the request, until the program has its reply. */
    private String answer(OnionClient client, SocksOptions options, String host) throws Exception {
        try (ProxyServer proxy = client.openSocksProxy(0, options)) {
            long before = ClientUnderTest.begun(world.network);
            CompletableFuture<Integer> reply = CompletableFuture.supplyAsync(() -> reply(proxy.port(), host));
            Settling.until(world.network, () -> reply.isDone() || ClientUnderTest.begun(world.network) > before);
            while (true) {
                world.network.time().settle(ClientUnderTest.REAL_LIMIT);
                try {
                    return String.format("%02x", reply.get(2, TimeUnit.MILLISECONDS));
                } catch (TimeoutException e) {
                    world.network.time().advance(STEP);
                }
            }
        }
    }

    private String extended(OnionClient client, String host) throws Exception {
        return answer(client, SocksOptions.builder().extendedErrors().build(), host);
    }

    @ParameterizedTest
    @CsvSource({"REFUSES, f2", "LIES, f3", "MUTE, f7"})
    void introductionPointsFail_isTold(Conduct conduct, String code) throws Exception {
        world.hostile();
        service.points().forEach(point -> point.conduct(conduct));
        try (OnionClient client = newClient()) {
            assertThat(extended(client, service.host())).isEqualTo(code);
        } finally {
            service.points().forEach(point -> point.conduct(Conduct.GOOD));
        }
    }

    @Test
    void serviceThatNobodyKnows_isTold() throws Exception {
        world.hostile();
        String unknown;
        try (Ed25519KeyPair key = Ed25519KeyPair.generate(SeededRandom.of(1928, "unknown"))) {
            unknown = new OnionAddress(key.publicKey()).host();
        }
        try (OnionClient client = newClient()) {
            assertThat(extended(client, unknown)).isEqualTo("f0");
            assertThat(answer(client, SocksOptions.DEFAULT, unknown)).isEqualTo("04");
        }
    }

    @Test
    void badDescriptor_isTold() throws Exception {
        world.directories(relay -> Optional.of(OnionServiceWorld.http(200, Bytes.copyOf(new byte[] {'x'}))));
        try (OnionClient client = newClient()) {
            assertThat(extended(client, service.host())).isEqualTo("f1");
        }
    }

    @Test
    void restrictedService_isTold() throws Exception {
        X25519 other = X25519.generate(SeededRandom.of(1928, "another client"));
        Bytes restricted = service.descriptor(service.content(1), ImmutableList.of(other.publicKey()));
        world.directories(relay -> Optional.of(OnionServiceWorld.http(200, restricted)));
        try (OnionClient client = newClient()) {
            assertThat(extended(client, service.host())).isEqualTo("f4");
            client.authorize(service.host(), new byte[X25519.LEN]);
            assertThat(extended(client, service.host())).isEqualTo("f5");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenl5sia.onion, f6, 04",
        "expyuzz4wqqyqhjn.onion, f6, 04"
    })
    void badAddress_isToldWithoutAnyTraffic(String host, String extended, String standard) throws Exception {
        try (OnionClient client = newClient()) {
            long before = ClientUnderTest.begun(world.network);
            assertThat(extended(client, host)).isEqualTo(extended);
            assertThat(answer(client, SocksOptions.DEFAULT, host)).isEqualTo(standard);
            assertThat(ClientUnderTest.begun(world.network)).isEqualTo(before);
        }
    }
}
