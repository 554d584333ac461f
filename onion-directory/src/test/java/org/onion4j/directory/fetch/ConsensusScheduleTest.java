package org.onion4j.directory.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.doc.Consensus;

class ConsensusScheduleTest {
    private static final Instant ONE = Instant.parse("2024-05-17T01:00:00Z");

    private static Consensus consensus(Duration fresh, Duration valid) {
        return Consensus.builder()
                .validAfter(ONE)
                .freshUntil(ONE.plus(fresh))
                .validUntil(ONE.plus(valid))
                .build();
    }

    /** The example in the specification: valid at 1:00, fresh until 2:00, expires at 4:00: from 2:45 to 3:50. */
    @Test
    void nextFetch_exampleOfTheSpecification() {
        Consensus consensus = consensus(Duration.ofHours(1), Duration.ofHours(3));
        SeededRandom random = new SeededRandom(1);
        Instant earliest = Instant.MAX;
        Instant latest = Instant.MIN;
        for (int i = 0; i < 2000; i++) {
            Instant at = ConsensusSchedule.nextFetch(consensus, ONE.plusSeconds(60), random);
            earliest = at.isBefore(earliest) ? at : earliest;
            latest = at.isAfter(latest) ? at : latest;
        }
        assertThat(earliest).isBetween(Instant.parse("2024-05-17T02:45:00Z"), Instant.parse("2024-05-17T02:46:00Z"));
        assertThat(latest).isBetween(Instant.parse("2024-05-17T03:49:00Z"), Instant.parse("2024-05-17T03:51:00Z"));
    }

    @Test
    void nextFetch_networkOfSeconds_staysInItsTime() {
        Consensus consensus = consensus(Duration.ofSeconds(20), Duration.ofSeconds(60));
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < 200; i++) {
            assertThat(ConsensusSchedule.nextFetch(consensus, ONE, random))
                    .isBetween(ONE.plusSeconds(35), ONE.plusSeconds(57));
        }
        Consensus tight = consensus(Duration.ofSeconds(20), Duration.ofSeconds(20));
        assertThat(ConsensusSchedule.nextFetch(tight, ONE, random)).isBeforeOrEqualTo(ONE.plusSeconds(20));
    }

    @Test
    void nextFetch_notLive_isNow() {
        Consensus consensus = consensus(Duration.ofHours(1), Duration.ofHours(3));
        SeededRandom random = new SeededRandom(1);
        for (Instant now : new Instant[] {ONE.minusSeconds(1), ONE.plus(Duration.ofHours(4))}) {
            assertThat(ConsensusSchedule.nextFetch(consensus, now, random)).isEqualTo(now);
        }
    }
}
