package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionStream;
import org.onion4j.circuit.runtime.Activity;

/** What the network's time is told of a client's threads is true from the first moment of a pause to its last. */
@Timeout(60)
class ActivityTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Notes who says that it goes on while what it waited for doesn't hold (any more). */
    private static final class Watched implements Activity {
        final Queue<String> broken = new ConcurrentLinkedQueue<>();
        final AtomicInteger pauses = new AtomicInteger();
        private final Activity real;

        Watched(Activity real) {
            this.real = real;
        }

        @Override
        public Span begin() {
            return real.begin();
        }

        @Override
        public Span begin(BooleanSupplier until) {
            return real.begin(until);
        }

        @Override
        public Span pause(BooleanSupplier until) {
            Span pause = real.pause(until);
            pauses.incrementAndGet();
            return () -> {
                if (!until.getAsBoolean()) {
                    broken.add(Thread.currentThread().getName() + " in "
                            + Thread.currentThread().getStackTrace()[2]);
                }
                pause.close();
            };
        }
    }

    /**
     * Whoever has been woken counts as at rest until it closes its pause. If its condition ended with its taking what it
     * waited for, all would seem quiet while it has something in its hands.
     */
    @Test
    void pauses_holdUntilTheyAreClosed() throws Exception {
        try (TestNetwork network =
                TestNetwork.builder().relays(8).exits(1).standingTime().seed(61).build()) {
            network.serve(ClientUnderTest.HOST, ClientUnderTest.PORT, TestNetworkTest.says("open"));
            Queue<Watched> watched = new ConcurrentLinkedQueue<>();
            OnionClient.Builder builder = network.parts().clientBuilder(environment -> {
                Watched one = new Watched(environment.activity());
                watched.add(one);
                return TestEnvironments.with(environment, one);
            });
            try (OnionClient client = builder.build()) {
                ClientUnderTest.fetch(network, client, LIMIT);
                CompletableFuture<OnionService> hosting = TimedService.hosting(client, 3);
                ClientUnderTest.pass(network, hosting, LIMIT);
                ClientUnderTest.pass(network, hosting.get().published(), LIMIT);
                CompletableFuture<OnionStream> opening = client.openStreamAsync(
                        hosting.get().address(), TimedService.PORT, ClientUnderTest.newCircuit(LIMIT));
                ClientUnderTest.pass(network, opening, LIMIT);
                opening.get().close();
                assertThat(watched).hasSize(1).allSatisfy(one -> {
                    assertThat(one.pauses.get()).isGreaterThan(100);
                    assertThat(one.broken).isEmpty();
                });
            }
        }
    }
}
