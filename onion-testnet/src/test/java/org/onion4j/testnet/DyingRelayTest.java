package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.junit.OnionNetwork;

/** A relay dies or falls silent in the middle of a download: the stream ends with a typed error, and the next one works. */
@OnionNetwork(seed = 17)
class DyingRelayTest {
    private static final int FIRST_BYTES = 200_000;
    private static final long LIMIT_SECONDS = 60;

    private TestDestination page;
    private TestDestination endless;

    private record Path(TestRelay guard, TestRelay middle, TestRelay exit) {}

    @BeforeEach
    void serve(TestNetwork network) {
        network.relays().forEach(TestRelay::forget);
        page = network.serve("page.example", 80, TestNetworkTest.says("page"));
        endless = network.serve("endless.example", 80, connection -> {
            byte[] block = new byte[1 << 14];
            while (true) {
                connection.output().write(block); // until it is closed
            }
        });
    }

    @AfterEach
    void heal(TestNetwork network) throws Exception {
        page.close();
        endless.close();
        for (TestRelay relay : network.relays()) {
            relay.heal();
            relay.revive();
        }
    }

    @Test
    void t07_guardKilled_streamFailsAndTheNextWorks(TestNetwork network, OnionClient client) throws Exception {
        killDuringDownload(network, client, Path::guard);
    }

    @Test
    void middleKilled_streamFailsAndTheNextWorks(TestNetwork network, OnionClient client) throws Exception {
        killDuringDownload(network, client, Path::middle);
    }

    @Test
    void exitKilled_streamFailsAndTheNextWorks(TestNetwork network, OnionClient client) throws Exception {
        killDuringDownload(network, client, Path::exit);
    }

    private void killDuringDownload(TestNetwork network, OnionClient client, Function<Path, TestRelay> victim)
            throws Exception {
        try (OnionStream stream = client.openStream("endless.example", 80)) {
            InputStream in = stream.getInputStream();
            assertThat(in.readNBytes(FIRST_BYTES)).hasSize(FIRST_BYTES);
            victim.apply(path(network)).kill();

            CompletableFuture<Long> rest = CompletableFuture.supplyAsync(() -> drain(in));
            assertThatThrownBy(() -> rest.get(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .satisfies(e -> assertThat(e.getCause()).hasCauseInstanceOf(CircuitClosedException.class));
        }
        assertThat(TestNetworkTest.read(client, "page.example", 80)).isEqualTo("page");
    }

    /** T78: nobody says that the link is dead; a question that gets no answer leads to doubt. */
    @Test
    void t78_guardFrozen_openStreamFailsAndTheNextWorks(TestNetwork network, OnionClient client) throws Exception {
        try (TestDestination echo = network.serve("echo.example", 80, Handlers.echo());
                OnionStream stream = client.openStream(echo.host(), 80)) {
            InputStream in = stream.getInputStream();
            stream.getOutputStream().write('x');
            assertThat(in.read()).isEqualTo('x');
            path(network).guard().freeze();

            CompletableFuture<OnionStream> next = client.openStreamAsync("page.example", 80);
            network.time().advance(Duration.ofMinutes(3));

            try (OnionStream page = next.get(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                assertThat(page.getInputStream().readAllBytes()).hasSize("page".length());
            }
            stream.setReadTimeout(Duration.ofSeconds(LIMIT_SECONDS));
            assertThatThrownBy(in::read).isInstanceOf(CircuitClosedException.class);
        }
    }

    private static long drain(InputStream in) {
        try {
            byte[] block = new byte[1 << 14];
            long read = 0;
            int count = 0;
            while (count >= 0) {
                count = in.read(block);
                read += count;
            }
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Follows the open circuit that leads to the destination back from its exit. */
    private static Path path(TestNetwork network) {
        for (TestRelay exit : network.exits()) {
            for (SeenCircuit last : exit.seen()) {
                if (last.knowsDestination() && !last.closed().isPresent()) {
                    TestRelay middle = network.relay(last.previous().relay().orElseThrow());
                    SeenCircuit before = middle.seen().stream()
                            .filter(one -> leadsTo(one, exit, last))
                            .findAny()
                            .orElseThrow();
                    return new Path(network.relay(before.previous().relay().orElseThrow()), middle, exit);
                }
            }
        }
        throw new AssertionError("no exit has seen the stream: " + network.report());
    }

    private static boolean leadsTo(SeenCircuit before, TestRelay exit, SeenCircuit last) {
        return before.nextCircuitId().isPresent()
                && before.nextCircuitId().getAsInt() == last.previousCircuitId()
                && before.next().flatMap(SeenCircuit.Peer::relay).equals(Optional.of(exit.nickname()));
    }
}
