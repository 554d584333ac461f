package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.IsolationToken;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamOptions;
import org.onion4j.testnet.junit.OnionNetwork;

/** Applications that open streams and don't read them, while the far end sends as fast as it can (T82). */
@OnionNetwork(seed = 82)
@Timeout(120)
class UnreadStreamsTest {
    private static final int STREAMS = 20;
    private static final int TOKENS = 4;
    private static final int WINDOW = 500; // cells of a stream
    private static final int CHUNK = 16 * 1024;
    /** A window of 500 cells, and what pipes and queues on the way hold. */
    private static final long MOST_PER_STREAM = 1 << 20;

    @Test
    void t82_unreadStreamsAtFullRate_areHeldUpAndAFreshOneWorks(TestNetwork network, OnionClient client)
            throws Exception {
        AtomicLong sent = new AtomicLong();
        network.serve("flood.example", 80, connection -> {
            byte[] chunk = new byte[CHUNK];
            while (true) {
                connection.output().write(chunk); // until the connection is closed
                sent.addAndGet(CHUNK);
            }
        });
        network.serve("fresh.example", 80, TestNetworkTest.says("fresh"));
        List<IsolationToken> tokens = new ArrayList<>();
        for (int i = 0; i < TOKENS; i++) {
            tokens.add(IsolationToken.create());
        }
        List<OnionStream> unread = new ArrayList<>();
        try {
            for (int i = 0; i < STREAMS; i++) {
                unread.add(client.openStream(
                        "flood.example",
                        80,
                        StreamOptions.builder()
                                .isolation(tokens.get(i % TOKENS))
                                .build()));
            }
            while (cells(network) < STREAMS * (long) WINDOW) { // what is held up on its way is never quiet
                network.time().settle(Duration.ofMillis(20));
            }

            assertFresh(client, StreamOptions.DEFAULT);
            assertFresh(client, StreamOptions.builder().isolation(tokens.get(0)).build()); // beside unread ones

            assertThat(sent.get()).isLessThan(STREAMS * MOST_PER_STREAM);
            assertThat(cells(network)).as("cells of the exits").isLessThan(STREAMS * 2L * WINDOW);

            OnionStream one = unread.get(0);
            one.setReadTimeout(Duration.ofSeconds(30));
            assertThat(one.getInputStream().readNBytes(2 * (int) MOST_PER_STREAM))
                    .hasSize(2 * (int) MOST_PER_STREAM);
        } finally {
            unread.forEach(OnionStream::close);
        }
        assertFresh(client, StreamOptions.DEFAULT);
    }

    private static long cells(TestNetwork network) {
        return network.exits().stream()
                .flatMap(exit -> exit.seen().stream())
                .filter(SeenCircuit::knowsDestination)
                .mapToLong(SeenCircuit::cellCount)
                .sum();
    }

    private static void assertFresh(OnionClient client, StreamOptions options) throws IOException {
        try (OnionStream stream = client.openStream("fresh.example", 80, options)) {
            stream.setReadTimeout(Duration.ofSeconds(30));
            assertThat(stream.getInputStream().readAllBytes()).hasSize("fresh".length());
        }
    }
}
