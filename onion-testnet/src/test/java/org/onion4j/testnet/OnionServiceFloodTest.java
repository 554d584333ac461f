package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceEvent;
import org.onion4j.api.OnionServiceEvent.IntroductionsRefused;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.hs.descriptor.IntroductionPoint;
import org.onion4j.testnet.junit.OnionNetwork;

/** A client that has itself introduced to a service of ours again and again, and never comes (T53). */
@Timeout(240)
class OnionServiceFloodTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofMinutes(10);
    /** By then the flood has all that it can get. */
    private static final int FULL_SECONDS = 10;
    /** Clients that a service is on the way to at a time, at one relay and in all. */
    private static final int MOST_TO_ONE_RELAY = 32;

    private static final int MOST = 256;
    /** So long none is given up, where nobody answers. */
    private static final int LEAST_SECONDS = 20;
    /** What has waited for longer is too old. */
    private static final int MAX_AGE_SECONDS = 30;

    private static final int ACCOMPLICES = 9;
    /** Until another client is through, though all places are taken all the time. */
    private static final int MOST_SECONDS = 60;

    private final Queue<OnionServiceEvent> events = new ConcurrentLinkedQueue<>();

    private static void echo(OnionServiceStream stream) throws IOException {
        try (stream) {
            stream.getOutputStream().write(stream.getInputStream().read());
        }
    }

    private OnionServiceConfig config() {
        return OnionServiceConfig.builder()
                .inMemoryOnly()
                .port(80, OnionServiceFloodTest::echo)
                .listener(events::add)
                .build();
    }

    private Map<IntroductionsRefused.Reason, Long> refused() {
        Map<IntroductionsRefused.Reason, Long> refused = new EnumMap<>(IntroductionsRefused.Reason.class);
        for (OnionServiceEvent event : events) {
            if (event instanceof IntroductionsRefused dropped) {
                refused.merge(dropped.reason(), dropped.count(), Long::sum);
            }
        }
        return refused;
    }

    private long refusedInAll() {
        return refused().values().stream().mapToLong(count -> count).sum();
    }

    /** What a flood has done by the time that another client was through. */
    private record Outcome(int sent, int seconds, long mostHeldUp) {}

    /** Requests that name relays in turn, by all introduction points in turn, until another client is through. */
    private Outcome flood(
            TestNetwork network,
            IntroductionFlood flood,
            OnionClient client,
            OnionService service,
            ImmutableList<IntroductionPoint> points,
            ImmutableList<TestRelay> accomplices,
            int perSecond,
            int atLeast,
            int limitSeconds)
            throws Exception {
        flood.silence(network);
        CompletableFuture<OnionStream> opening = new CompletableFuture<>();
        int sent = 0;
        int seconds = 0;
        long mostHeldUp = 0;
        for (; sent < atLeast || !opening.isDone(); seconds++) {
            assertThat(seconds).as("seconds of flood").isLessThan(limitSeconds);
            if (seconds == FULL_SECONDS) {
                client.openStreamAsync(service.address(), 80, OnionServiceWorld.apart())
                        .whenComplete((stream, failure) -> done(opening, stream, failure));
            }
            for (int i = 0; i < perSecond; i++, sent++) {
                IntroductionPoint point = points.get(sent % points.size());
                TestRelay at = IntroductionFlood.relay(network, point);
                TestRelay entry = network.authorities().stream()
                        .filter(relay -> relay != at)
                        .findFirst()
                        .orElseThrow();
                flood.send(entry, at, point, accomplices.get(sent % accomplices.size()));
            }
            network.time().advance(SECOND);
            mostHeldUp = Math.max(mostHeldUp, flood.heldUp(network));
        }
        try (OnionStream stream = opening.get()) {
            stream.getOutputStream().write(7);
            assertThat(stream.getInputStream().read()).isEqualTo(7);
        }
        return new Outcome(sent, seconds, mostHeldUp);
    }

    /** All requests have come to the service, which says of each that it did not follow that it did not. */
    private void assertToldOf(TestNetwork network, IntroductionFlood flood, Outcome outcome, int places)
            throws Exception {
        network.time().advance(Duration.ofMinutes(3)); // what waited is too old, and all has been told
        assertThat(flood.failed()).isZero();
        assertThat(flood.acknowledged()).isEqualTo(outcome.sent());
        int followed = places * (2 + (outcome.seconds() + MAX_AGE_SECONDS) / LEAST_SECONDS);
        // The application's threads, which hear of it, are not waited for by the time.
        Settling.until(network, () -> refusedInAll() >= outcome.sent() - followed);
        assertThat(refused()).containsKey(IntroductionsRefused.Reason.BUSY_RENDEZVOUS_POINT);
        assertThat(refusedInAll()).isLessThanOrEqualTo(outcome.sent());
        assertThat(flood.heldUp(network)).isZero();
    }

    private static void done(CompletableFuture<OnionStream> future, OnionStream stream, Throwable failure) {
        if (failure == null) {
            future.complete(stream);
        } else {
            future.completeExceptionally(failure);
        }
    }

    @Test
    @OnionNetwork(seed = 53, relays = 14, time = OnionNetwork.Time.STANDING)
    void t53_authenticFlood_isBounded_toldOf_andLeavesOthersTheirTurn(TestNetwork network, OnionClient client)
            throws Exception {
        try (OnionClient host = network.newClient();
                OnionService service = host.host(config())) {
            ClientUnderTest.pass(network, service.published(), LIMIT);
            ClientUnderTest.pass(network, client.bootstrapAsync(), LIMIT);
            try (IntroductionFlood flood = new IntroductionFlood(network, OnionAddress.ofHost(service.address()))) {
                ImmutableList<IntroductionPoint> one = flood.points().subList(0, 1);
                ImmutableList<TestRelay> accomplice =
                        ImmutableList.of(network.relays().get(network.relays().size() - 1));

                Outcome outcome = flood(network, flood, client, service, one, accomplice, 100, 1500, MOST_SECONDS);

                assertThat(outcome.mostHeldUp()).isEqualTo(MOST_TO_ONE_RELAY);
                assertToldOf(network, flood, outcome, MOST_TO_ONE_RELAY);
            }
        }
    }

    @Test
    @OnionNetwork(seed = 54, relays = 14, time = OnionNetwork.Time.STANDING)
    void t53_floodToManySilentRelays_takesAllPlaces_andStillLeavesOthersTheirTurn(
            TestNetwork network, OnionClient client) throws Exception {
        try (OnionClient host = network.newClient();
                OnionService service = host.host(config())) {
            ClientUnderTest.pass(network, service.published(), LIMIT);
            ClientUnderTest.pass(network, client.bootstrapAsync(), LIMIT);
            try (IntroductionFlood flood = new IntroductionFlood(network, OnionAddress.ofHost(service.address()))) {
                ImmutableList<TestRelay> accomplices = network.relays().stream()
                        .filter(relay -> !relay.roles().contains(RelayRole.AUTHORITY))
                        .limit(ACCOMPLICES)
                        .collect(ImmutableList.toImmutableList());

                Outcome outcome =
                        flood(network, flood, client, service, flood.points(), accomplices, 60, 900, MOST_SECONDS);

                assertThat(outcome.mostHeldUp()).isEqualTo(MOST);
                assertToldOf(network, flood, outcome, MOST);
            }
        }
    }
}
