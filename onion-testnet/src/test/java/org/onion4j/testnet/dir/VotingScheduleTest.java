package org.onion4j.testnet.dir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The times of votes. */
class VotingScheduleTest {
    @Property(tries = 300)
    void validAfter_anyMoment_isTheBeginningOfItsInterval(
            @ForAll @IntRange(min = 10, max = 86_400) int seconds,
            @ForAll @LongRange(min = 0, max = 4_000_000_000L) long moment) {
        VotingSchedule schedule = VotingSchedule.every(Duration.ofSeconds(seconds));
        Instant now = Instant.ofEpochSecond(moment);
        Instant validAfter = schedule.validAfter(now);
        assertThat(validAfter).isBeforeOrEqualTo(now);
        assertThat(schedule.freshUntil(validAfter)).isAfter(now);
        assertThat(schedule.validAfter(schedule.freshUntil(validAfter))).isEqualTo(schedule.freshUntil(validAfter));
        assertThat(schedule.validUntil(validAfter)).isAfter(schedule.freshUntil(validAfter));
        assertThat(schedule.randomRound(validAfter)).isBetween(0, 23);
    }

    @Test
    void nextTurn_isTheEndOfTheIntervalUnlessItsConsensusIsMissing() {
        TestDirectory network = new TestDirectory(6);
        Instant end = Instant.parse("2026-03-01T12:05:00Z");
        assertThat(network.authorities.nextTurn(TestDirectory.NOW)).isEqualTo(end);
        network.authorities.turnOver(TestDirectory.NOW);
        assertThat(network.authorities.nextTurn(TestDirectory.NOW)).isEqualTo(end);
        assertThat(network.authorities.nextTurn(end.plusSeconds(1)))
                .as("that of the second interval is late")
                .isEqualTo(end);
    }

    @Test
    void new_valuesThatCTorWouldNotTake_areRefused() {
        assertThatThrownBy(() -> VotingSchedule.every(Duration.ofSeconds(9)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> VotingSchedule.every(Duration.ofMillis(10_500)))
                .isInstanceOf(IllegalArgumentException.class);
        Duration minute = Duration.ofMinutes(1);
        Duration half = Duration.ofSeconds(30);
        assertThatThrownBy(() -> new VotingSchedule(minute, half, half, 3))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new VotingSchedule(minute, Duration.ofSeconds(1), half, 3))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
