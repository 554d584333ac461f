package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.testnet.junit.OnionNetwork;

/** T73: what an application does in listeners and in what depends on futures is its own affair alone. */
@Timeout(60)
class BadListenersTest {
    private static final int MANY = 20;
    private static final int FEW = 3; // each of their failures is logged
    private static final int LENGTH = 4 << 20;

    private static void serve(TestNetwork network) {
        network.serve("small.example", 80, TestNetworkTest.says("x"));
        network.serve("big.example", 80, Handlers.sends(new byte[LENGTH]));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String read(OnionClient client) {
        try {
            return TestNetworkTest.read(client, "small.example", 80);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @OnionNetwork(seed = 73)
    void t73_listenersThatBlockOrThrow_holdUpNobody(TestNetwork network) throws Exception {
        serve(network);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(MANY);
        try (OnionClient client = network.newClient()) {
            List<CompletableFuture<Void>> joining = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                joining.add(client.bootstrapAsync(progress -> await(release)));
            }
            for (int i = 0; i < FEW; i++) {
                joining.add(client.bootstrapAsync(progress -> {
                    throw new IllegalStateException("the application's");
                }));
            }
            for (CompletableFuture<Void> one : joining) {
                one.get();
            }
            List<CompletableFuture<Void>> blocking = new ArrayList<>();
            List<CompletableFuture<Void>> throwing = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                blocking.add(client.openStreamAsync("small.example", 80).thenAccept(stream -> {
                    blocked.countDown();
                    await(release);
                    stream.close();
                }));
            }
            for (int i = 0; i < FEW; i++) {
                throwing.add(client.resolveAsync("small.example").thenAccept(addresses -> {
                    throw new IllegalStateException("the application's");
                }));
            }
            blocked.await();

            try (OnionStream bystander = client.openStream("big.example", 80)) {
                assertThat(bystander.getInputStream().readNBytes(LENGTH)).hasSize(LENGTH);
            }
            assertThat(blocking).noneMatch(CompletableFuture::isDone);
            for (CompletableFuture<Void> one : throwing) {
                assertThatThrownBy(one::get).hasRootCauseMessage("the application's");
            }
        } finally {
            release.countDown();
        }
    }

    @Test
    @OnionNetwork(seed = 73)
    void t73_listenersThatCallTheApi_getTheirAnswers(TestNetwork network) throws Exception {
        serve(network);
        try (OnionClient client = network.newClient()) {
            CompletableFuture<String> fromListener = new CompletableFuture<>();
            CompletableFuture<Void> joined =
                    client.bootstrapAsync(progress -> fromListener.complete(client.status() + read(client)));
            CompletableFuture<String> fromDependent = client.openStreamAsync("small.example", 80)
                    .thenApply(stream -> {
                        stream.close();
                        return read(client);
                    });
            assertThat(fromListener.get()).endsWith("x");
            assertThat(fromDependent.get()).isEqualTo("x");
            joined.get();
        }
    }

    @Test
    @OnionNetwork(seed = 73)
    void t73_closeFromAListener_endsAll(TestNetwork network) throws Exception {
        serve(network);
        CompletableFuture<Void> closed = new CompletableFuture<>();
        OnionClient client = network.newClient();
        CompletableFuture<Void> joining = client.bootstrapAsync(progress -> {
            client.close();
            closed.complete(null);
        });
        closed.get();
        assertThatThrownBy(joining::get).hasCauseInstanceOf(ClientClosedException.class);

        OnionClient another = network.newClient();
        CompletableFuture<Void> closedByDependent =
                another.openStreamAsync("small.example", 80).thenAccept(stream -> another.close());
        closedByDependent.get();
        assertThatThrownBy(() -> another.resolve("small.example")).isInstanceOf(ClientClosedException.class);
    }
}
