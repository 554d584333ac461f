package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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

    /** A part that is at work until a second thread waits to move the time, or has come to move it beside the first. */
    private static final class Rival implements TimeParticipant {
        private static final int LOOKS = 200;

        private final Thread mover = Thread.currentThread();
        private final Thread rival;
        private final Set<Thread> movers = ConcurrentHashMap.newKeySet();
        private int looks;
        private boolean overlapped;

        Rival(Thread rival) {
            this.rival = rival;
        }

        @Override
        public OptionalLong nextDeadlineNanos() {
            return OptionalLong.empty();
        }

        @Override
        public boolean isIdle() {
            movers.add(Thread.currentThread());
            if (rival.getState() == Thread.State.NEW) {
                rival.start(); // while the first thread moves the time
            }
            if (Thread.currentThread() != mover) {
                return true;
            }
            overlapped |= movers.contains(rival);
            return overlapped || (rival.getState() == Thread.State.WAITING && looks++ > LOOKS);
        }

        @Override
        public void timeMoved() {}
    }

    @Test
    void advance_byTwoThreadsAtOnce_losesNoTime() throws Exception {
        NetworkTime time = NetworkTime.manual(Instant.EPOCH);
        TestTime moved = new TestTime(time, Ticker.systemTicker());
        Thread other = new Thread(() -> {
            try {
                moved.advance(Duration.ofHours(6));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Rival part = new Rival(other);
        time.register(part);

        moved.advance(Duration.ofHours(6));
        other.join();

        assertThat(part.overlapped).isFalse();
        assertThat(moved.now()).isEqualTo(Instant.EPOCH.plus(Duration.ofHours(12)));
    }

    @Test
    void settle_whileAnotherMovesTheTime_givesUpAtItsLimit() throws Exception {
        NetworkTime time = NetworkTime.manual(Instant.EPOCH);
        TestTime moved = new TestTime(time, Ticker.systemTicker());
        AtomicReference<Boolean> settled = new AtomicReference<>();
        Thread other = new Thread(() -> {
            try {
                settled.set(moved.settle(Duration.ofMillis(1)));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        time.register(new TimeParticipant() {
            @Override
            public OptionalLong nextDeadlineNanos() {
                return OptionalLong.empty();
            }

            @Override
            public boolean isIdle() {
                if (other.getState() == Thread.State.NEW) {
                    other.start();
                }
                return !other.isAlive();
            }

            @Override
            public void timeMoved() {}
        });

        moved.advance(Duration.ofHours(6));

        assertThat(settled.get()).isFalse();
    }

    @Test
    void durations_ofNoUse_areRefusedInWords(TestNetwork network) {
        Duration ages = Duration.ofDays(365_000);
        TestRelay relay = network.relays().get(0);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> network.time().advance(ages),
                () -> network.time().settle(ages),
                () -> relay.delay(ages),
                () -> relay.skewClock(ages),
                () -> relay.skewClock(ages.negated()),
                () -> Reaction.pass().after(ages, Forgery.destroy(1)))) {
            assertThatThrownBy(call)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("8760000H");
        }
        assertThatThrownBy(() -> network.time().advance(null)).hasMessage("time to pass");
        assertThatThrownBy(() -> relay.delay(null)).hasMessage("delay");
        assertThatThrownBy(() -> relay.skewClock(null)).hasMessage("skew");
    }
}
