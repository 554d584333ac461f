package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.OnionClient;

/** A network ends whole, whoever ends it and whatever its relays are doing, and says so to those who use it all the same. */
class ClosingTest {
    private static final long LIMIT_SECONDS = 60;

    private final Set<Thread> before = threads();
    private final TestNetwork network = TestNetwork.builder().relays(2).exits(1).build();

    ClosingTest() throws TestNetworkException {}

    private static Set<Thread> threads() {
        Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
        all.removeIf(thread -> !thread.getName().startsWith("onion4j"));
        return all;
    }

    @BeforeEach
    void serve() {
        network.serve("open.example", 80, TestNetworkTest.says("open"));
    }

    @AfterEach
    void nothingIsLeft() {
        network.close();
        Set<Thread> left = threads();
        left.removeAll(before);
        assertThat(left).isEmpty();
    }

    @Test
    void close_onAnInterruptedThread_endsAllAndLeavesTheInterruptPending() throws Exception {
        network.client().bootstrap();
        Thread.currentThread().interrupt();
        try {
            network.close();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        nothingIsLeft();
    }

    @Test
    void relay_onAnInterruptedThread_doesWhatItIsTold() throws Exception {
        TestRelay relay = network.relays().get(0);
        Thread.currentThread().interrupt();
        relay.kill();
        boolean died = !relay.isAlive();
        relay.revive();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(died).isTrue();
        assertThat(relay.isAlive()).isTrue();
    }

    @Test
    void relays_afterTheEnd_tellWhatTheyHaveSeenAndRefuseTheRest() throws Exception {
        assertThat(TestNetworkTest.read(network.client(), "open.example", 80)).isEqualTo("open");
        TestRelay exit = network.exits().get(0);
        network.close();

        assertThat(exit.seen()).anyMatch(SeenCircuit::knowsDestination);
        assertThat(network.report()).contains("open.example");
        for (Runnable call : List.<Runnable>of(exit::kill, exit::forget, exit::heal, () -> exit.dropCell(1))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the network has been closed");
        }
        assertThatThrownBy(exit::revive).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> network.serve("late.example", 80, Handlers.echo()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> network.time().advance(Duration.ofHours(1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(network::join).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void clients_ofABuilder_endWithTheNetwork() throws Exception {
        OnionClient.Builder builder = network.clientBuilder();
        OnionClient client = builder.build();
        client.bootstrap();
        network.close();

        assertThatThrownBy(() -> client.openStream("open.example", 80)).isInstanceOf(ClientClosedException.class);
        assertThatThrownBy(builder::build).isInstanceOf(ClientClosedException.class);
        assertThatThrownBy(() -> network.clientBuilder().build()).isInstanceOf(ClientClosedException.class);
        assertThatThrownBy(network::newClient).isInstanceOf(ClientClosedException.class);
    }

    @Test
    void scriptThatBlocks_isInterruptedAtTheEnd() throws Exception {
        CountDownLatch blocks = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        for (TestRelay relay : network.relays()) {
            relay.hostile(passing -> {
                blocks.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
                return Reaction.pass();
            });
        }
        network.client().bootstrapAsync();
        assertThat(blocks.await(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();

        network.close();

        assertThat(interrupted.getCount()).isZero();
    }

    @Test
    void scriptThatCallsTheNetwork_isToldNotTo() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        TestRelay other = network.exits().get(0);
        for (TestRelay relay : network.relays()) {
            relay.hostile(passing -> {
                assertThatCode(() -> network.time().advance(Duration.ofSeconds(1)))
                        .as("advance")
                        .isInstanceOf(IllegalStateException.class);
                assertThatCode(network::close).as("close").isInstanceOf(IllegalStateException.class);
                assertThatCode(other::seen).as("seen").isInstanceOf(IllegalStateException.class);
                assertThatCode(network::report).as("report").isInstanceOf(IllegalStateException.class);
                asked.countDown();
                return Reaction.pass();
            });
        }
        assertThat(TestNetworkTest.read(network.client(), "open.example", 80)).isEqualTo("open");
        assertThat(asked.getCount()).isZero();
        assertThat(network.report()).doesNotContain("hostility failed");
    }
}
