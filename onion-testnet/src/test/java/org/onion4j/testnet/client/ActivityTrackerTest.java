package org.onion4j.testnet.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.TimeParticipant;

class ActivityTrackerTest {
    private final NetworkTime time = NetworkTime.manual(Instant.EPOCH);
    private final ActivityTracker tracker = new ActivityTracker(time);

    @Test
    void work_countsFromItsHandOverToItsEnd() {
        Activity.Span work = tracker.begin();
        assertThat(tracker.isIdle()).isFalse();

        work.close();
        work.close(); // twice is once

        assertThat(tracker.isIdle()).isTrue();
        Activity.Span other = tracker.begin();
        assertThat(tracker.isIdle()).isFalse();
        other.close();
    }

    @Test
    void pause_isRestUntilItsConditionHolds() {
        AtomicBoolean here = new AtomicBoolean();
        Activity.Span work = tracker.begin();
        Activity.Span pause = tracker.pause(here::get);
        assertThat(tracker.isIdle()).isTrue();

        here.set(true); // the thread has not woken yet
        assertThat(tracker.isIdle()).isFalse();

        pause.close();
        assertThat(tracker.isIdle()).isFalse();
        work.close();
        assertThat(tracker.isIdle()).isTrue();
    }

    @Test
    void pausesForTheSame_countForEach() {
        AtomicBoolean here = new AtomicBoolean();
        Activity.Span first = tracker.begin();
        Activity.Span second = tracker.begin();
        Activity.Span pause = tracker.pause(here::get);
        assertThat(tracker.isIdle()).isFalse();

        Activity.Span otherPause = tracker.pause(here::get);
        assertThat(tracker.isIdle()).isTrue();

        otherPause.close();
        pause.close();
        first.close();
        second.close();
    }

    @Test
    void changes_spoilAnAnswerThatIsBeingGiven() {
        time.register(new TimeParticipant() {
            @Override
            public OptionalLong nextDeadlineNanos() {
                return OptionalLong.empty();
            }

            @Override
            public boolean isIdle() {
                tracker.begin().close(); // work comes and goes while all are asked
                return true;
            }

            @Override
            public void timeMoved() {}
        });

        assertThat(time.isQuiet()).isFalse();
    }
}
