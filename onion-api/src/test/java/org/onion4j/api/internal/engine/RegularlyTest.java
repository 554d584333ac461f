package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.runtime.Scheduler;

class RegularlyTest {
    private final Queue<Runnable> scheduled = new ArrayDeque<>();
    private final Scheduler scheduler = (task, delay) -> {
        scheduled.add(task);
        return () -> scheduled.remove(task);
    };
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private int runs;

    @Test
    void manyRuns_leaveNothingBehindAtTheEndThatIsAwaited() {
        Regularly.run(scheduler, Duration.ofMinutes(1), () -> runs++, end);
        for (int i = 0; i < 1000; i++) {
            scheduled.remove().run();
        }
        assertThat(runs).isEqualTo(1000);
        assertThat(end.getNumberOfDependents()).isEqualTo(1);
        assertThat(scheduled).hasSize(1);
        end.complete(null);
        assertThat(scheduled).isEmpty();
    }

    @Test
    void runThatFails_isFollowedByTheNext() {
        Regularly.run(
                scheduler,
                Duration.ofMinutes(1),
                () -> {
                    throw new IllegalStateException("a fault of the test's");
                },
                end);
        assertThatThrownBy(() -> scheduled.remove().run()).isInstanceOf(IllegalStateException.class);
        assertThat(scheduled).hasSize(1);
    }

    @Test
    void overBefore_nothingIsScheduled() {
        end.complete(null);
        Regularly.run(scheduler, Duration.ofMinutes(1), () -> runs++, end);
        assertThat(scheduled).isEmpty();
    }
}
