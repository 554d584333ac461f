package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionStream;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.testnet.junit.OnionNetwork;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.TimeParticipant;

/** Hours of a network in milliseconds. */
@OnionNetwork(seed = 3, time = OnionNetwork.Time.STANDING)
class TestTimeTest {
    @Test
    void advance_letsConsensusesFollowEachOtherAndClientsKeepUp(TestNetwork network, OnionClient client)
            throws Exception {
        network.serve("late.example", 80, TestNetworkTest.says("still here"));
        client.bootstrap();
        String first = network.consensus();
        Instant before = network.time().now();

        network.time().advance(Duration.ofHours(24));

        assertThat(network.time().now()).isEqualTo(before.plus(Duration.ofHours(24)));
        assertThat(network.consensus()).isNotEqualTo(first);
        assertThat(TestNetworkTest.read(client, "late.example", 80)).isEqualTo("still here");
    }

    @Test
    void standingTime_standsWhileTheNetworkWorks(TestNetwork network, OnionClient client) throws Exception {
        network.serve("now.example", 80, TestNetworkTest.says("now"));
        Instant before = network.time().now();

        assertThat(TestNetworkTest.read(client, "now.example", 80)).isEqualTo("now");

        assertThat(network.time().now()).isEqualTo(before);
        assertThat(network.time().settle(Duration.ofSeconds(30))).isTrue();
    }

    @Test
    void advance_bringsOnTimeouts(TestNetwork network, OnionClient client) throws Exception {
        network.serve("quiet.example", 80, connection -> connection.input().readAllBytes());
        try (OnionStream stream = client.openStream("quiet.example", 80)) {
            stream.setReadTimeout(Duration.ofMinutes(5));
            Thread mover = new Thread(() -> advanceQuietly(network, Duration.ofMinutes(6)));
            mover.start();
            assertThatThrownBy(() -> stream.getInputStream().read()).isInstanceOf(StreamTimeoutException.class);
            mover.join();
        }
    }

    private static void advanceQuietly(TestNetwork network, Duration by) {
        try {
            // In pieces: the reader may not have begun to wait when the first of them passes.
            for (int i = 0; i < 20; i++) {
                network.time().advance(by);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void advance_backwards_isRefused(TestNetwork network) {
        assertThatThrownBy(() -> network.time().advance(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A part of a network with a timer each second, that is at work for a look or two afterwards. */
    private static final class Busy implements TimeParticipant {
        private final NetworkTime time;
        private final boolean forEver;
        private long due = Duration.ofSeconds(1).toNanos();
        private int looksLeft;
        private int overtaken;

        Busy(NetworkTime time, boolean forEver) {
            this.time = time;
            this.forEver = forEver;
            time.register(this);
        }

        @Override
        public OptionalLong nextDeadlineNanos() {
            return OptionalLong.of(due);
        }

        @Override
        public boolean isIdle() {
            looksLeft--;
            return looksLeft <= 0 && !forEver;
        }

        @Override
        public void timeMoved() {
            if (looksLeft > 0) {
                overtaken++;
            }
            if (time.nanos() >= due) {
                due += Duration.ofSeconds(1).toNanos();
                looksLeft = 2;
            }
        }
    }

    /** A clock of a machine so slow that each look at it takes a second. */
    private static Ticker slowMachine() {
        AtomicLong seconds = new AtomicLong();
        return new Ticker() {
            @Override
            public long read() {
                return Duration.ofSeconds(seconds.incrementAndGet()).toNanos();
            }
        };
    }

    @Test
    void advance_overManyTimersOnASlowMachine_overtakesNoWork() throws Exception {
        NetworkTime time = NetworkTime.manual(Instant.EPOCH);
        Busy part = new Busy(time, false);
        new TestTime(time, slowMachine()).advance(Duration.ofMinutes(10));
        assertThat(part.due).isEqualTo(Duration.ofSeconds(601).toNanos());
        assertThat(part.overtaken).isZero();
    }

    @Test
    void advance_overWhatNeverRests_goesOnRegardless() throws Exception {
        NetworkTime time = NetworkTime.manual(Instant.EPOCH);
        Busy part = new Busy(time, true);
        new TestTime(time, slowMachine()).advance(Duration.ofMinutes(10));
        assertThat(part.due).isEqualTo(Duration.ofSeconds(601).toNanos());
    }
}
