package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionStream;
import org.onion4j.crypto.bytes.Bytes;

/**
 * A service in a network whose time stands still: says "open" to everybody, and can be ended and started again from its
 * state directory, with another clock. For one thread.
 */
final class TimedService implements AutoCloseable {
    static final int PORT = 80;

    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration REAL_LIMIT = Duration.ofSeconds(20);
    private static final Duration STEP = Duration.ofMillis(500);
    /**
     * Of real time, at each step: a read with a time limit looks for it in real time, now and then. If the network's time
     * ran away meanwhile, what the service does after such a limit would seem to come minutes later.
     */
    private static final Duration MOMENT = Duration.ofMillis(25);

    private final TestNetwork network;
    private final Path state;
    private final int introductionPoints;
    private final Clock clock;
    private OnionClient client;
    private OnionService service;

    /** One that runs and has been published. */
    TimedService(TestNetwork network, Path state, int introductionPoints) throws Exception {
        this(network, state, introductionPoints, network.time().clock());
    }

    /** The same, with a wall clock of its own. */
    TimedService(TestNetwork network, Path state, int introductionPoints, Clock clock) throws Exception {
        this.network = network;
        this.state = state;
        this.introductionPoints = introductionPoints;
        this.clock = clock;
        start(Duration.ZERO);
    }

    OnionClient client() {
        return client;
    }

    String address() {
        return service.address();
    }

    /** Starts it and waits until it is published. */
    void start(Duration skew) throws Exception {
        Clock now = skew.isZero() ? clock : Clock.offset(clock, skew);
        client = network.parts()
                .clientBuilder(environment -> TestEnvironments.with(environment, now))
                .stateDirectory(state)
                .build();
        service = get(hosting(client, introductionPoints));
        get(service.published());
    }

    /** Begins to host such a service. */
    static CompletableFuture<OnionService> hosting(OnionClient client, int introductionPoints) {
        return client.hostAsync(OnionServiceConfig.builder()
                .name("timed")
                .introductionPoints(introductionPoints)
                .port(PORT, stream -> {
                    try (stream) {
                        stream.getOutputStream().write("open".getBytes(StandardCharsets.US_ASCII));
                    }
                })
                .build());
    }

    private <T> T get(CompletableFuture<T> future) throws Exception {
        pass(future, START_LIMIT);
        return future.get(REAL_LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Lets time pass until it is done, or for {@code limit}. Gives the time that it took, or a little more. */
    private Duration pass(CompletableFuture<?> future, Duration limit) throws Exception {
        CompletableFuture<Boolean> done = future.handle((value, failure) -> true);
        network.time().settle(REAL_LIMIT);
        Duration passed = Duration.ZERO;
        while (passed.compareTo(limit) < 0 && !isDone(done)) {
            network.time().advance(STEP);
            passed = passed.plus(STEP);
        }
        return passed;
    }

    private static boolean isDone(CompletableFuture<Boolean> future) throws Exception {
        try {
            return future.get(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** A client meets the service anew, on circuits that no other stream has, and reads what it says. Gives the time it took. */
    Duration fetch(OnionClient from) throws Exception {
        CompletableFuture<OnionStream> opening =
                from.openStreamAsync(address(), PORT, ClientUnderTest.newCircuit(Duration.ofDays(1)));
        Duration took = pass(opening, Duration.ofMinutes(10));
        try (OnionStream stream = opening.get(REAL_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            stream.setReadTimeout(REAL_LIMIT);
            assertThat(new String(stream.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("open");
        }
        return took;
    }

    /** Its introduction points as the relays have it: by the service's key there. */
    Map<Bytes, TestRelay> points() {
        Map<Bytes, TestRelay> points = new HashMap<>();
        for (TestRelay relay : network.relays()) {
            relay.services().forEach(key -> points.put(key, relay));
        }
        return points;
    }

    /** Ends it; {@link #start} may follow. */
    void stop() throws Exception {
        client.close();
        network.time().settle(REAL_LIMIT);
    }

    @Override
    public void close() {
        client.close();
    }
}
