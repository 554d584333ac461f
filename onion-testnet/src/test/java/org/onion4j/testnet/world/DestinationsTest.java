package org.onion4j.testnet.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DestinationsTest {
    private final Destinations destinations = new Destinations(false, 1);

    @AfterEach
    void close() {
        destinations.close();
    }

    @Test
    void name_getsAnAddressThatNobodyElseHas() {
        destinations.add("198.18.0.1", 80, socket -> {});
        Destinations.Entry named = destinations.add("a.example", 80, socket -> {});
        assertThat(named.address().getAddress()).isEqualTo(InetAddresses.forString("198.18.0.2"));
        assertThatThrownBy(() -> destinations.add("198.18.0.2", 80, socket -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is a destination at /198.18.0.2");
        destinations.add("198.18.0.2", 81, socket -> {});
    }

    @Test
    void connectionsBeyondTheBound_areResetAndReported() throws Exception {
        CountDownLatch served = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Destinations.Entry busy = destinations.add("busy.example", 80, socket -> {
            served.countDown();
            await(goOn);
        });
        busy.accept(new Socket());
        served.await();
        Socket second = new Socket();
        busy.accept(second);
        assertThat(second.isClosed()).isTrue();
        assertThat(destinations.failures()).hasSize(1).first().asString().contains("busy.example:80", "too many");
        goOn.countDown();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void handlersThatFail_areReported_unlessItIsTheConnectionThatDid() throws Exception {
        CountDownLatch broken = new CountDownLatch(1);
        destinations
                .add("broken.example", 80, socket -> {
                    broken.countDown();
                    throw new SocketException("Broken pipe");
                })
                .accept(new Socket());
        broken.await();
        Destinations others = new Destinations(false, 2);
        others.add("wrong.example", 81, socket -> {
                    throw new AssertionError("expected another request");
                })
                .accept(new Socket());
        long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (others.failures().isEmpty() && System.nanoTime() - until < 0) {
            Thread.onSpinWait();
        }
        others.close();
        destinations.close();
        assertThat(others.failures())
                .containsExactly("destination wrong.example:81: its handler failed: java.lang.AssertionError:"
                        + " expected another request");
        assertThat(destinations.failures()).isEmpty();
    }
}
