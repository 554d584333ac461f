package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;

/** Onion services whose own network goes away and comes back. */
@Timeout(240)
class OnionServiceOutageTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration AWAY = Duration.ofMinutes(10);

    /** Uploads of one service at a time: so many are answered by nobody when the network goes. */
    private static final int UNDER_WAY = 6;

    @TempDir
    private Path state;

    private static TestNetwork network(long seed) throws TestNetworkException {
        return TestNetwork.builder()
                .authorities(1)
                .relays(14)
                .exits(0)
                .seed(seed)
                .standingTime()
                .build();
    }

    private static void away(TestNetwork network) {
        network.parts().faults().refuse("client0");
        network.parts().faults().reset("client0");
    }

    /** As the first directories take the first descriptors, and others refuse it. */
    @Test
    void t57_networkAwayDuringTheUpload_isPublishedWithinAMinuteOfItsReturn() throws Exception {
        try (TestNetwork network = network(57);
                OnionClient host = network.newClient()) {
            ClientUnderTest.pass(network, host.bootstrapAsync(), MINUTE);
            AtomicBoolean gone = new AtomicBoolean();
            Set<String> taken = ConcurrentHashMap.newKeySet(); // by directory and descriptor
            AtomicInteger offers = new AtomicInteger();
            List<TestRelay> relays = network.relays();
            for (int i = 0; i < relays.size(); i++) {
                TestRelay relay = relays.get(i);
                relay.onions().watch((key, revision) -> {
                    offers.incrementAndGet();
                    taken.add(relay.nickname() + key.hex());
                    if (gone.compareAndSet(false, true)) {
                        away(network);
                    }
                });
                if (i % 2 == 1) {
                    relay.deceive(DirectoryFault.EMPTY);
                }
            }
            CompletableFuture<OnionService> hosting = TimedService.hosting(host, 3);
            ClientUnderTest.pass(network, hosting, MINUTE);
            CompletableFuture<Void> published = hosting.get().published();
            network.time().advance(AWAY);
            assertThat(gone).isTrue();
            assertThat(published).isNotDone();

            network.relays().forEach(TestRelay::heal);
            network.parts().faults().admit("client0");
            network.time().advance(MINUTE);
            assertThat(published).succeedsWithin(ClientUnderTest.REAL_LIMIT);
            Set<String> soon = Set.copyOf(taken);
            assertThat(offers).as("uploads").hasValueLessThanOrEqualTo(soon.size() + UNDER_WAY);
            network.time().advance(MINUTE.multipliedBy(20));
            assertThat(soon).as("directories that know it after a minute").isEqualTo(taken);
        }
    }

    /** Nothing but the way to its introduction points is lost, which clients know already. */
    @Test
    void t57_networkAwayAfterwards_isReachedWithinAMinuteOfItsReturn() throws Exception {
        try (TestNetwork network = network(58);
                TimedService service = new TimedService(network, state, 3);
                OnionClient client = network.newClient()) {
            service.fetch(client);
            away(network);
            network.time().advance(AWAY);
            network.parts().faults().admit("client0");
            network.time().advance(MINUTE);
            assertThat(service.fetch(client)).isLessThanOrEqualTo(Duration.ofSeconds(1));
        }
    }
}
