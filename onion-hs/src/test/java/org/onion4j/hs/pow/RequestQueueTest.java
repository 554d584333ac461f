package org.onion4j.hs.pow;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.onion4j.hs.pow.RequestQueue.Next;
import org.onion4j.hs.pow.RequestQueue.Pace;

class RequestQueueTest {
    private final AtomicLong ticks = new AtomicLong();
    private final Ticker ticker = new Ticker() {
        @Override
        public long read() {
            return ticks.get();
        }
    };
    private final List<String> dropped = new ArrayList<>();

    private RequestQueue<String> queue(int perSecond, int burst, int capacity) {
        return new RequestQueue<>(new Pace(perSecond, burst), capacity, 0, ticker);
    }

    private void pass(Duration time) {
        ticks.addAndGet(time.toNanos());
    }

    private static Next<String> request(String name) {
        return new Next.Request<>(name);
    }

    @Test
    void next_mostWorkThenFirstCome() {
        RequestQueue<String> queue = queue(10, 10, 10);
        queue.add("first", 0);
        queue.add("second", 0);
        queue.add("worked", 5);
        queue.add("worked more", 6);
        assertThat(queue.next(0, dropped)).isEqualTo(request("worked more"));
        assertThat(queue.next(0, dropped)).isEqualTo(request("worked"));
        assertThat(queue.next(0, dropped)).isEqualTo(request("first"));
        assertThat(queue.next(0, dropped)).isEqualTo(request("second"));
        assertThat(queue.next(0, dropped)).isEqualTo(new Next.Nothing<>());
        assertThat(dropped).isEmpty();
    }

    @Test
    void next_pace_isKept() {
        RequestQueue<String> queue = queue(2, 3, 100);
        for (int i = 0; i < 10; i++) {
            queue.add("r" + i, 0);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(queue.next(0, dropped)).isEqualTo(request("r" + i));
        }
        assertThat(queue.next(0, dropped)).isInstanceOf(Next.Later.class);
        pass(Duration.ofMillis(500));
        assertThat(queue.next(0, dropped)).isEqualTo(request("r3"));
        assertThat(queue.next(0, dropped)).isInstanceOf(Next.Later.class);
    }

    @Test
    void next_waitedTooLong_isDropped() {
        RequestQueue<String> queue = queue(10, 10, 10);
        queue.add("old", 9);
        pass(RequestQueue.MAX_WAIT.plusMillis(1));
        queue.add("new", 0);
        assertThat(queue.next(0, dropped)).isEqualTo(request("new"));
        assertThat(dropped).containsExactly("old");
    }

    /** A flood can't make it hold more than its capacity, and who worked most stays. */
    @Test
    void add_full_betterHalfStays() {
        RequestQueue<String> queue = queue(10, 10, 8);
        List<String> trimmed = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            trimmed.addAll(queue.add("r" + i, i == 3 ? 100 : 0));
            assertThat(queue.size()).isLessThan(8);
        }
        assertThat(trimmed.size() + queue.size()).isEqualTo(1_000);
        assertThat(queue.next(0, dropped)).isEqualTo(request("r3"));
        assertThat(queue.next(0, dropped)).isEqualTo(request("r0"));
    }

    @Test
    void next_manyUnderWay_cheapOnesWait() {
        RequestQueue<String> queue = queue(100, 100, 10);
        overburden(queue, 50);
        long suggested = queue.updateEffort(0).orElseThrow();
        while (queue.next(0, dropped) instanceof Next.Request) {
            pass(Duration.ofMillis(1)); // empties it
        }
        queue.add("cheap", suggested - 1);
        assertThat(queue.next(16, dropped)).isInstanceOf(Next.Later.class);
        queue.add("good", suggested);
        assertThat(queue.next(16, dropped)).isEqualTo(request("good"));
        assertThat(queue.next(15, dropped)).isEqualTo(request("cheap"));
    }

    private static void overburden(RequestQueue<String> queue, long effort) {
        for (int i = 0; i < 40; i++) {
            queue.add("o" + i, effort);
        }
    }

    @Test
    void updateEffort_trimmed_growsAndFallsAgain() {
        RequestQueue<String> queue = queue(100, 100, 10);
        overburden(queue, 50);
        assertThat(queue.updateEffort(0)).contains(1L); // nothing was handled: no average, and no division by zero
        overburden(queue, 50);
        for (int i = 0; i < 4; i++) {
            queue.next(0, dropped);
        }
        assertThat(queue.updateEffort(1)).contains(40L * 50 / 4);
        dropped.clear();
        pass(RequestQueue.MAX_WAIT.plusSeconds(1));
        assertThat(queue.next(0, dropped)).isEqualTo(new Next.Nothing<>());
        assertThat(queue.updateEffort(500)).contains(333L);
        for (int i = 0; i < 40; i++) {
            queue.updateEffort(0);
        }
        assertThat(queue.suggestedEffort()).isZero();
    }

    /** Proposal 327, section 3.4.3.3: what is dropped by age tells that the suggestion is too low, as what is trimmed does. */
    @Test
    void updateEffort_droppedByAge_grows() {
        RequestQueue<String> queue = queue(10, 10, 10);
        queue.add("worked", 3);
        pass(RequestQueue.MAX_WAIT.plusMillis(1));
        assertThat(queue.next(0, dropped)).isEqualTo(new Next.Nothing<>());
        assertThat(queue.updateEffort(0)).contains(1L);
    }

    @Test
    void updateEffort_smallMove_needsNoNewDescriptor() {
        RequestQueue<String> queue = queue(100, 100, 10);
        overburden(queue, 100);
        queue.next(0, dropped);
        long suggested = queue.updateEffort(0).orElseThrow();
        overburden(queue, suggested + 1);
        assertThat(queue.updateEffort(suggested)).isEmpty();
        assertThat(queue.suggestedEffort()).isEqualTo(suggested + 1);
    }

    /** A flood without any work leaves room for those who did some, also while none is suggested yet. */
    @Test
    void next_veryManyUnderWay_onlyThoseWithWorkAreDealtWith() {
        RequestQueue<String> queue = queue(100, 100, 10);
        queue.add("free", 0);
        assertThat(queue.next(RequestQueue.MAX_FREE_UNDER_WAY, dropped)).isInstanceOf(Next.Later.class);
        queue.add("worked", 1);
        assertThat(queue.next(RequestQueue.MAX_FREE_UNDER_WAY, dropped)).isEqualTo(request("worked"));
        assertThat(queue.next(RequestQueue.MAX_FREE_UNDER_WAY - 1, dropped)).isEqualTo(request("free"));
    }

    @Test
    void capacity_isThatOfAMinuteAndBounded() {
        assertThat(Pace.DEFAULT.capacity()).isEqualTo(17_500);
        assertThat(new Pace(1, 1).capacity()).isEqualTo(61);
        assertThat(new Pace(Integer.MAX_VALUE, Integer.MAX_VALUE).capacity()).isEqualTo(17_500);
    }

    @Test
    void suggestedEffort_beginsAsGiven_andFallsWithoutAFlood() {
        RequestQueue<String> queue = new RequestQueue<>(Pace.DEFAULT, 100, 90, ticker);
        assertThat(queue.suggestedEffort()).isEqualTo(90);
        assertThat(queue.updateEffort(90)).contains(60L);
    }

    @Test
    void clear_givesAllAndHoldsNothing() {
        RequestQueue<String> queue = queue(10, 10, 10);
        queue.add("a", 0);
        queue.add("b", 1);
        assertThat(queue.clear()).containsExactlyInAnyOrder("a", "b");
        assertThat(queue.size()).isZero();
        assertThat(queue.next(0, dropped)).isEqualTo(new Next.Nothing<>());
    }
}
