package org.onion4j.hs.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.log.SparingLog;
import org.slf4j.LoggerFactory;

/** What a service does next must not depend on what went wrong before. */
class TaskSequenceTest {
    private final Queue<Runnable> given = new ArrayDeque<>();
    private final Queue<Runnable> scheduled = new ArrayDeque<>();
    private final List<Integer> done = new ArrayList<>();
    private boolean exhausted;
    private final TaskSequence sequence = new TaskSequence(
            task -> {
                if (exhausted) {
                    throw new OutOfMemoryError("a fault of the test's: no thread is left");
                }
                given.add(task);
            },
            (task, delay) -> {
                scheduled.add(task);
                return () -> scheduled.remove(task);
            },
            new SparingLog(LoggerFactory.getLogger(TaskSequenceTest.class), Ticker.systemTicker()));

    private void work() {
        while (!given.isEmpty()) {
            given.remove().run();
        }
    }

    @Test
    void tasksHandedInMeanwhile_runAfterwards() {
        sequence.run(() -> {
            sequence.run(() -> done.add(2));
            done.add(1);
        });
        assertThat(given).hasSize(1);
        work();
        assertThat(done).containsExactly(1, 2);
        sequence.run(() -> done.add(3));
        work();
        assertThat(done).containsExactly(1, 2, 3);
    }

    @Test
    void taskThatThrowsAnError_isFollowedByTheNext() {
        sequence.run(() -> {
            throw new OutOfMemoryError("a fault of the test's");
        });
        sequence.run(() -> {
            throw new IllegalStateException("another one");
        });
        sequence.run(() -> done.add(1));
        work();
        assertThat(done).containsExactly(1);
    }

    @Test
    void executorThatThrowsAnError_isAskedAgain_andNothingIsLost() {
        exhausted = true;
        sequence.run(() -> done.add(1));
        sequence.run(() -> done.add(2));
        scheduled.remove().run();
        assertThat(done).isEmpty();
        exhausted = false;
        scheduled.remove().run();
        sequence.run(() -> done.add(3));
        work();
        assertThat(done).containsExactly(1, 2, 3);
        assertThat(scheduled).isEmpty();
    }
}
