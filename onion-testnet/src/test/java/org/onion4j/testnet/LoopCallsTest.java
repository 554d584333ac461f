package org.onion4j.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;

class LoopCallsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final EventLoop loop = EventLoop.start("called", NetworkTime.manual(Instant.EPOCH));
    private final CountDownLatch blocked = new CountDownLatch(1);

    @AfterEach
    void end() {
        blocked.countDown();
        loop.close();
    }

    private LoopCalls calls(Duration limit) {
        return new LoopCalls(loop, limit);
    }

    private void block() {
        loop.execute(() -> Uninterruptibles.awaitUninterruptibly(blocked));
    }

    @Test
    void get_ofALoopThatIsBlocked_endsAtTheLimit() {
        block();
        LoopCalls calls = calls(Duration.ofMillis(1));
        assertThatThrownBy(() -> calls.get(() -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("script");
        assertThat(calls.begin(() -> 1).within(Duration.ofMillis(1))).isEmpty();
    }

    @Test
    void get_whenTheNetworkIsClosedMeanwhile_endsAtOnce() {
        block();
        LoopCalls calls = calls(LONG);
        LoopCalls.Call<Integer> waiting = calls.begin(() -> 1);
        calls.close();
        assertThat(waiting.within(LONG)).isEmpty();
        assertThatThrownBy(() -> calls.get(() -> 1)).hasMessage("the network has been closed");
    }

    @Test
    void get_fromALoopOfTheSameTime_isRefused() {
        EventLoop other = EventLoop.start("caller", loop.time());
        try {
            LoopCalls toIt = new LoopCalls(other, LONG);
            LoopCalls calls = calls(LONG);
            assertThatThrownBy(() -> toIt.get(() -> calls.get(() -> 1)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("called by the network itself");
            assertThat(calls.get(() -> 1)).isEqualTo(1);
        } finally {
            other.close();
        }
    }
}
