package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionService;
import org.onion4j.api.OnionServiceConfig;
import org.onion4j.api.OnionServiceStream;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.junit.OnionNetwork;

/** Two clients of one onion service with a hundred streams each, of which one stops reading (T82). */
@Timeout(240)
class OnionServiceFairnessTest {
    private static final int STREAMS = 100;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int FLOOD = 80;
    private static final int CONTENT = 81;
    /** One message for each write, with room for the random bytes that some must have. */
    private static final int MESSAGE_BYTES = 400;

    /** What a stream's reader may leave unread before the sender is held up: 750 full messages, granted 50 at a time. */
    private static final long MOST_UNREAD_BYTES = 750 * 498;

    private static final long HELD_UP_BYTES = 700 * 498;
    /** What a circuit may have under way, of all its streams together. */
    private static final int CIRCUIT_WINDOW = 1000;
    /** More than a window of 500 messages, so that the reader must be granted more on every stream. */
    private static final int CONTENT_BYTES = 270_000;

    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicLong messages = new AtomicLong(); // that the idle client's streams have taken from the service

    /** Writes for as long as the client, or the way to it, takes it. */
    private void flood(OnionServiceStream stream) throws IOException {
        try (stream) {
            byte[] message = new byte[MESSAGE_BYTES];
            Uninterruptibles.awaitUninterruptibly(go);
            while (true) {
                stream.getOutputStream().write(message);
                messages.incrementAndGet();
            }
        }
    }

    private static byte[] content(int number) {
        byte[] content = new byte[CONTENT_BYTES];
        new Random(number).nextBytes(content);
        return content;
    }

    /** Answers a number with what it stands for. */
    private static void serve(OnionServiceStream stream) throws IOException {
        try (stream) {
            stream.getOutputStream().write(content(stream.getInputStream().read()));
        }
    }

    private OnionService host(OnionClient host) throws Exception {
        OnionService service = host.host(OnionServiceConfig.builder()
                .inMemoryOnly()
                .port(FLOOD, this::flood)
                .port(CONTENT, OnionServiceFairnessTest::serve)
                .build());
        service.awaitPublished(LIMIT);
        return service;
    }

    private static List<OnionStream> open(OnionClient client, OnionService service, int port) throws IOException {
        List<OnionStream> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            OnionStream stream = client.openStream(service.address(), port);
            stream.setReadTimeout(LIMIT);
            streams.add(stream);
        }
        return streams;
    }

    /** All that the service has for the client comes, on a hundred streams at once. */
    private static void assertServed(OnionClient client, OnionService service) throws IOException {
        List<OnionStream> streams = open(client, service, CONTENT);
        for (int i = 0; i < STREAMS; i++) {
            streams.get(i).getOutputStream().write(i);
        }
        for (int i = 0; i < STREAMS; i++) {
            try (OnionStream stream = streams.get(i)) {
                assertThat(stream.getInputStream().readAllBytes()).isEqualTo(content(i));
            }
        }
    }

    /** The service's circuits to both clients go over one link: what one of them does might hold up the other. */
    private static void assertOneLink(TestNetwork network) {
        List<SeenPaths.Ended> meetings = SeenPaths.circuitsWith(network, "RENDEZVOUS1");
        assertThat(meetings).hasSizeGreaterThanOrEqualTo(2);
        assertThat(meetings)
                .extracting(meeting -> SeenPaths.path(network, meeting).get(0))
                .containsOnly(SeenPaths.path(network, meetings.get(0)).get(0));
    }

    private static long unreadBytes(List<OnionStream> streams) throws IOException {
        long unread = 0;
        for (OnionStream stream : streams) {
            unread += stream.getInputStream().available();
        }
        return unread;
    }

    @Test
    @OnionNetwork(seed = 82, relays = 10)
    void t82_clientWhoseApplicationStopsReading_doesNotHoldUpAnother(TestNetwork network, OnionClient reader)
            throws Exception {
        try (OnionClient host = network.newClient();
                OnionClient idler = network.newClient();
                OnionService service = host(host)) {
            List<OnionStream> unread = open(idler, service, FLOOD);
            go.countDown();
            Settling.until(network, () -> unreadBytes(unread) >= STREAMS * HELD_UP_BYTES);

            assertServed(reader, service);

            assertOneLink(network);
            assertThat(messages.get() * MESSAGE_BYTES).isLessThanOrEqualTo(STREAMS * MOST_UNREAD_BYTES);
            // The client has all of that: the service holds the one message that each stream's writer waits with.
            Settling.until(network, () -> messages.get() * MESSAGE_BYTES == unreadBytes(unread));

            OnionStream one = unread.get(STREAMS - 1); // goes on where it was
            int more = 2 * (int) MOST_UNREAD_BYTES;
            assertThat(one.getInputStream().readNBytes(more)).hasSize(more);
            unread.forEach(OnionStream::close);
        }
    }

    @Test
    @OnionNetwork(seed = 83, relays = 10)
    void t82_clientThatAcknowledgesNothing_doesNotHoldUpAnother(TestNetwork network, OnionClient reader)
            throws Exception {
        try (OnionClient host = network.newClient();
                OnionClient gone = network.newClient();
                OnionService service = host(host)) {
            open(gone, service, FLOOD);
            network.partition(List.of(), gone); // its connections stay, and nothing moves on them
            go.countDown();
            Settling.until(network, () -> messages.get() >= CIRCUIT_WINDOW);

            assertServed(reader, service);

            assertOneLink(network);
            assertThat(messages).hasValue(CIRCUIT_WINDOW);
        }
    }
}
