package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.state.MemoryStateStore;
import org.onion4j.directory.supply.BuildDeadlines.Progress;
import org.onion4j.directory.supply.BuildDeadlines.Verdict;

class BuildDeadlinesTest {
    private final BuildDeadlines deadlines =
            new BuildDeadlines(Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(10));

    private Verdict verdict(Progress progress, long millis) {
        return deadlines.verdict(progress, Duration.ofMillis(millis));
    }

    @Test
    void of_nothingLearned_isAMinuteAndHalfOfItForASilentGuard() {
        BuildTimeouts timeouts = BuildTimeouts.open(new MemoryStateStore(), new SeededRandom(1));

        assertThat(BuildDeadlines.of(timeouts))
                .isEqualTo(new BuildDeadlines(Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(30)));
    }

    @Test
    void verdict_withAnswer_isLateThenOver() {
        assertThat(verdict(Progress.ANSWERED, 1999)).isEqualTo(Verdict.GO_ON);
        assertThat(verdict(Progress.ANSWERED, 2000)).isEqualTo(Verdict.LATE);
        assertThat(verdict(Progress.ANSWERED, 59_999)).isEqualTo(Verdict.LATE);
        assertThat(verdict(Progress.ANSWERED, 60_000)).isEqualTo(Verdict.GIVE_UP);
    }

    @Test
    void verdict_withoutAnswer_isOverSooner() {
        assertThat(verdict(Progress.ASKED, 2000)).isEqualTo(Verdict.LATE);
        assertThat(verdict(Progress.ASKED, 10_000)).isEqualTo(Verdict.GIVE_UP);
    }

    @Test
    void verdict_withoutChannel_hasItsOwnLimit() {
        assertThat(verdict(Progress.CONNECTING, 74_999)).isEqualTo(Verdict.GO_ON);
        assertThat(verdict(Progress.CONNECTING, 75_000)).isEqualTo(Verdict.GIVE_UP);
    }

    @Property(tries = 500)
    void next_isAfterNowAndMissesNoDeadline(
            @ForAll Progress progress, @ForAll @LongRange(min = 0, max = 80_000) long millis) {
        Duration age = Duration.ofMillis(millis);
        BuildDeadlines any = new BuildDeadlines(Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(10));
        Verdict now = any.verdict(progress, age);

        Duration next = any.next(progress, age);

        assertThat(next).isPositive();
        Duration justBefore = age.plus(next).minusMillis(11); // the shortest pause, which may be too long, is 10 ms
        if (now != Verdict.GIVE_UP && justBefore.compareTo(age) >= 0) {
            assertThat(any.verdict(progress, justBefore)).isEqualTo(now);
        }
    }
}
