package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Permission;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.ClientStatus;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionStream;
import org.onion4j.api.OperationInterruptedException;
import org.onion4j.api.StateInUseException;
import org.onion4j.api.StreamClosedException;
import org.onion4j.api.StreamOptions;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.testnet.junit.OnionNetwork;

/** The whole API on a whole network, in every state, and what it leaves behind. */
@OnionNetwork(seed = 68)
@Timeout(60)
@SuppressWarnings("removal") // security managers
class WholeApiTest {
    private static final String NAME = "marker-name.example";
    private static final String MISSING = "marker-missing.example";
    private static final StreamOptions SHORT =
            StreamOptions.builder().timeout(Duration.ofMillis(300)).build();

    /** Asked before each look-up of a name. JVMs later than 17 have no security manager. */
    private static final class ResolverTrap extends SecurityManager {
        private final List<String> lookups = new CopyOnWriteArrayList<>();

        @Override
        public void checkPermission(Permission permission) {}

        @Override
        public void checkConnect(String host, int port) {
            if (port == -1 && !InetAddresses.isInetAddress(host)) {
                lookups.add(host);
            }
        }
    }

    /** Everything that can be asked of a client about a host. */
    private static List<Callable<?>> calls(OnionClient client, String host, StreamOptions options) {
        return ImmutableList.of(
                () -> {
                    client.openStream(host, 80, options).close();
                    return "";
                },
                () -> client.resolve(host, options),
                () -> client.resolveReverse(InetAddresses.forString("198.51.100.7"), options));
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void t68_namesGoToTheExitAlone(TestNetwork network) throws Exception {
        assumeThat(Runtime.version().feature()).isLessThan(18);
        ResolverTrap trap = new ResolverTrap();
        System.setSecurityManager(trap);
        try (OnionClient client = network.newClient();
                TestDestination there = network.serve(NAME, 80, TestNetworkTest.says("x"))) {
            assertThatThrownBy(() -> InetAddress.getAllByName("trap-works.invalid"))
                    .isInstanceOf(UnknownHostException.class);
            assertThat(trap.lookups).containsExactly("trap-works.invalid");
            trap.lookups.clear();

            client.bootstrap(progress -> assertThat(progress.toString()).isNotEmpty());
            assertThat(TestNetworkTest.read(client, NAME, 80)).isEqualTo("x");
            List<InetAddress> found = client.resolve(NAME);
            assertThat(found).containsExactly(there.address());
            assertThat(found.toString()).isNotEmpty(); // shows a name if an address had one
            assertThat(client.resolveReverse(there.address())).isEqualTo(NAME);
            client.openStreamAsync(NAME, 80).get().close();
            for (String bad : new String[] {MISSING, NAME + ".exit", "marker.onion", "a..b", "127.1", "localhost"}) {
                for (Callable<?> call : calls(client, bad, StreamOptions.DEFAULT)) {
                    assertThatThrownBy(call::call)
                            .isInstanceOf(OnionException.class)
                            .satisfies(WholeApiTest::trace);
                }
            }
            assertThatThrownBy(() -> client.openStream(NAME, 81)).isInstanceOf(OnionException.class);
            assertThat(client.status() + network.report()).isNotEmpty();
            assertThat(trap.lookups).isEmpty();
        } finally {
            System.setSecurityManager(null);
        }
    }

    @Test
    void t69_whateverTheState_typedErrorAndNoSocket(TestNetwork network) throws Exception {
        long threads = Thread.getAllStackTraces().size();
        OnionClient client = network.newClient();
        assertThat(client.status().state()).isEqualTo(ClientStatus.State.IDLE);
        network.parts().faults().refuse("client0"); // whatever its number is, one of these is its own
        network.relays().forEach(TestRelay::freeze);
        try {
            for (Callable<?> call : calls(client, NAME, SHORT)) {
                assertThatThrownBy(call::call).isInstanceOf(OnionException.class);
            }
            assertThat(client.status().state()).isEqualTo(ClientStatus.State.BOOTSTRAPPING);
        } finally {
            network.parts().faults().admit("client0");
            network.relays().forEach(TestRelay::thaw);
        }
        CompletableFuture<Void> waiting = client.bootstrapAsync();
        client.close();
        assertThat(waiting).isDone();
        for (Callable<?> call : calls(client, NAME, StreamOptions.DEFAULT)) {
            assertThatThrownBy(call::call).isInstanceOf(ClientClosedException.class);
        }
        assertThatThrownBy(client::bootstrap).isInstanceOf(ClientClosedException.class);
        assertThatThrownBy(() -> client.openSocksProxy(0)).isInstanceOf(ClientClosedException.class);
        client.networkChanged();
        client.close();
        assertThat(client.status().state()).isEqualTo(ClientStatus.State.CLOSED);
        assertThat(Sockets.open()).isZero();
        assertThat((long) Thread.getAllStackTraces().size()).isLessThanOrEqualTo(threads + 1);
    }

    /** What ends a thread's wait. */
    private enum Ending {
        CLOSE(StreamClosedException.class),
        INTERRUPT(OperationInterruptedException.class),
        CLIENT_CLOSED(ClientClosedException.class),
        TIMEOUT(StreamTimeoutException.class);

        private final Class<? extends OnionException> documented;

        Ending(Class<? extends OnionException> documented) {
            this.documented = documented;
        }

        void happen(OnionStream stream, Thread blocked, OnionClient client) {
            switch (this) {
                case CLOSE -> stream.close();
                case INTERRUPT -> blocked.interrupt();
                case CLIENT_CLOSED -> client.close();
                case TIMEOUT -> {} // comes by itself
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void t71_blockedRead_endsAsDocumented(Ending ending, TestNetwork network) throws Exception {
        assertUnblocked(ending, network, stream -> stream.getInputStream().read());
    }

    @ParameterizedTest
    @EnumSource
    void t71_blockedWrite_endsAsDocumented(Ending ending, TestNetwork network) throws Exception {
        assertUnblocked(ending, network, stream -> stream.getOutputStream().write(new byte[16 << 20]));
    }

    private interface Blocking {
        void run(OnionStream stream) throws Exception;
    }

    private static void assertUnblocked(Ending ending, TestNetwork network, Blocking operation) throws Exception {
        CompletableFuture<Void> over = new CompletableFuture<>();
        try (OnionClient client = network.newClient();
                TestDestination quiet = network.serve("quiet.example", 80, connection -> over.join())) {
            network.relays().forEach(TestRelay::forget);
            OnionStream stream = client.openStream("quiet.example", 80);
            if (ending == Ending.TIMEOUT) {
                stream.setReadTimeout(Duration.ofMillis(100));
                stream.setWriteTimeout(Duration.ofMillis(100));
            }
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread blocked = new Thread(() -> {
                try {
                    operation.run(stream);
                    thrown.complete(new AssertionError("it came back"));
                } catch (Throwable e) {
                    thrown.complete(e);
                }
            });
            blocked.start();
            network.time().settle(Duration.ofMillis(200));
            ending.happen(stream, blocked, client);

            assertThat(thrown.get()).isInstanceOf(ending.documented);
            blocked.join();
            stream.close();
            network.time().settle(Duration.ofSeconds(5));
            if (ending != Ending.CLIENT_CLOSED) {
                assertThat(ends(network)).isEqualTo(1);
            }
            assertThat(quiet.connections()).isEqualTo(1);
        } finally {
            over.complete(null);
        }
    }

    /** How many END messages exits had from clients. */
    private static long ends(TestNetwork network) {
        return network.exits().stream()
                .flatMap(exit -> exit.seen().stream())
                .flatMap(seen -> seen.cells().stream())
                .filter(cells -> cells.direction() == SeenCircuit.Direction.FORWARD
                        && cells.message().orElse("").equals("END"))
                .mapToLong(SeenCircuit.Cells::count)
                .sum();
    }

    @Test
    void t72_startsAndStops_leaveNothingBehind(TestNetwork network, @TempDir Path folder) throws Exception {
        try (TestDestination there = network.serve(NAME, 80, TestNetworkTest.says("x"))) {
            int threads = 0;
            for (int i = 0; i < 15; i++) {
                try (OnionClient client =
                        network.clientBuilder().stateDirectory(folder).build()) {
                    if (i % 5 == 4) { // given up on its way, while another one fails to start
                        CompletableFuture<Void> joining = client.bootstrapAsync();
                        assertThatThrownBy(() -> network.clientBuilder()
                                        .stateDirectory(folder)
                                        .build())
                                .isInstanceOf(StateInUseException.class);
                        end(client);
                        assertThat(joining).isDone();
                    } else {
                        assertThat(TestNetworkTest.read(client, NAME, 80)).isEqualTo("x");
                    }
                }
                network.time().settle(Duration.ofSeconds(5));
                int now = (int) Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("onion4j")
                                && !thread.getName().contains("testnet"))
                        .count();
                threads = i == 0 ? now : threads;
                assertThat(now).isLessThanOrEqualTo(threads);
            }
            assertThat(there.connections()).isEqualTo(12);
        }
    }

    @Test
    void t86_namesAndGuards_areInNoMessageAndNoLog(TestNetwork network) throws Exception {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        StringBuilder told = new StringBuilder();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (OnionClient client = network.newClient();
                TestDestination there =
                        network.serve(NAME, 80, connection -> connection.input().read())) {
            try (OnionStream stream = client.openStream(there.host(), 80)) {
                told.append(stream);
                network.parts().faults().reset("relay1");
                network.relays().forEach(relay -> relay.corruptCell(1));
                for (String host : new String[] {NAME, MISSING, "marker.onion", "marker..x"}) {
                    for (Callable<?> call : calls(client, host, SHORT)) {
                        try {
                            told.append(call.call());
                        } catch (OnionException e) {
                            told.append(trace(e));
                        }
                    }
                }
            }
            told.append(client.status());
        } finally {
            network.relays().forEach(TestRelay::heal);
            System.setErr(before);
        }
        Thread.getAllStackTraces().keySet().forEach(thread -> told.append(thread.getName()));
        told.append(log.toString(StandardCharsets.UTF_8));
        assertThat(told.toString()).contains("Exception").doesNotContain("marker");
        for (TestRelay relay : network.relays()) {
            assertThat(told.toString())
                    .doesNotContain(relay.address().getAddress().getHostAddress() + ":")
                    .doesNotContain(relay.fingerprint());
        }
    }

    private static void end(OnionClient client) {
        client.close();
    }
}
