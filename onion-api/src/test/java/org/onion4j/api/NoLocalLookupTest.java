package org.onion4j.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.Permission;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.testing.FakeEngine;
import org.onion4j.api.testing.FakeStream;
import org.onion4j.crypto.bytes.Bytes;

/**
 * T68: no name reaches this machine's resolver, whatever the API is asked for. The trap is a security manager, which a JVM
 * asks before each look-up; JVMs later than 17 have none any more.
 */
@Timeout(30)
@SuppressWarnings("removal")
class NoLocalLookupTest {
    private static final String NAME = "no-such-host.example";

    private final List<String> lookups = new CopyOnWriteArrayList<>();
    private final FakeEngine engine = new FakeEngine();

    private final class Trap extends SecurityManager {
        @Override
        public void checkPermission(Permission permission) {}

        @Override
        public void checkConnect(String host, int port) {
            if (port == -1 && !InetAddresses.isInetAddress(host)) {
                lookups.add(host);
            }
        }
    }

    @BeforeEach
    void setTrap() {
        assumeThat(Runtime.version().feature()).isLessThan(18);
        System.setSecurityManager(new Trap());
    }

    @AfterEach
    void removeTrap() {
        if (Runtime.version().feature() < 18) {
            System.setSecurityManager(null);
        }
    }

    @Test
    void theTrap_works() {
        assertThatThrownBy(() -> InetAddress.getAllByName(NAME)).isInstanceOf(UnknownHostException.class);
        assertThat(lookups).contains(NAME);
    }

    @Test
    void t68_theApi_looksNothingUp() throws Exception {
        try (OnionClient client =
                OnionClient.builder().engines(config -> engine).build()) {
            CompletableFuture<OnionStream> good = client.openStreamAsync(NAME, 443);
            FakeEngine.Asked<OnionStream> asked = engine.nextStream();
            asked.answer().complete(new FakeStream());
            good.get().close();

            CompletableFuture<OnionStream> bad = client.openStreamAsync(NAME, 443);
            engine.nextStream()
                    .answer()
                    .completeExceptionally(new HostNotFoundException("no such host", Optional.empty(), null));
            assertThatThrownBy(bad::get).hasCauseInstanceOf(HostNotFoundException.class);

            CompletableFuture<List<InetAddress>> resolved = client.resolveAsync(NAME);
            engine.nextLookup().answer().complete(ImmutableList.of(InetAddresses.forString("192.0.2.1")));
            assertThat(resolved.get().toString()).isEqualTo("[/192.0.2.1]");

            CompletableFuture<String> reverse =
                    client.resolveReverseAsync(resolved.get().get(0));
            engine.nextReverseLookup().answer().complete(NAME);
            assertThat(reverse.get()).isEqualTo(NAME);

            for (String refused :
                    new String[] {NAME + ".exit", "abc.onion", "localhost", "a..b", "127.1", "bücher.de"}) {
                assertThatThrownBy(() -> client.openStream(refused, 80))
                        .isInstanceOfSatisfying(
                                OnionException.class,
                                e -> assertThat(e.toString()).doesNotContain(refused));
                assertThatThrownBy(() -> client.resolve(refused)).isInstanceOf(OnionException.class);
            }
            assertThat(asked.toString() + client.status() + StreamOptions.DEFAULT)
                    .doesNotContain(NAME);
        }
        assertThat(lookups).isEmpty();
    }

    @Test
    void t68_theProxy_looksNothingUp() throws Exception {
        try (OnionClient client =
                        OnionClient.builder().engines(config -> engine).build();
                ProxyServer proxy = client.openSocksProxy(0);
                Socket socket = new Socket(Proxy.NO_PROXY)) {
            assertThat(proxy.toString()).isNotEmpty();
            socket.connect(proxy.address());
            byte[] name = NAME.getBytes(US_ASCII);
            socket.getOutputStream()
                    .write(Bytes.concat(
                                    Bytes.fromHex("05010005010003"),
                                    Bytes.copyOf((byte) name.length),
                                    Bytes.copyOf(name),
                                    Bytes.fromHex("0050"))
                            .toArray());
            engine.nextStream().answer().complete(new FakeStream());
            byte[] answer = new byte[12];
            new DataInputStream(socket.getInputStream()).readFully(answer);
            assertThat(answer[3]).isZero();
        }
        assertThat(lookups).isEmpty();
    }
}
