package org.onion4j.hs.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** T53: requests of one that is loud don't hold up those of others. */
class FairQueueTest {
    private final FairQueue<String, String> queue = new FairQueue<>(4);

    private List<String> drained() {
        List<String> taken = new ArrayList<>();
        for (Optional<String> next = queue.take(); next.isPresent(); next = queue.take()) {
            taken.add(next.get());
        }
        return taken;
    }

    @Test
    void take_severalSources_takesOfEachInTurn() {
        assertThat(queue.add("a", "a1")).isEmpty();
        assertThat(queue.add("a", "a2")).isEmpty();
        assertThat(queue.add("a", "a3")).isEmpty();
        assertThat(queue.add("b", "b1")).isEmpty();

        assertThat(drained()).containsExactly("a1", "b1", "a2", "a3");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void add_full_shedsTheOldestOfWhoeverFloods() {
        queue.add("b", "b1");
        for (int i = 1; i <= 3; i++) {
            queue.add("flood", "f" + i);
        }
        for (int i = 4; i <= 1000; i++) {
            assertThat(queue.add("flood", "f" + i)).contains("f" + (i - 3));
        }

        assertThat(queue.add("c", "c1")).contains("f998");
        assertThat(drained()).containsExactlyInAnyOrder("b1", "c1", "f999", "f1000");
    }

    @Test
    void clear_leavesNothing() {
        queue.add("a", "a1");
        queue.clear();

        assertThat(queue.take()).isEmpty();
        for (int i = 0; i < 4; i++) {
            assertThat(queue.add("a", "again")).isEmpty();
        }
    }
}
