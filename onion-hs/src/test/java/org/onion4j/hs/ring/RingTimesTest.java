package org.onion4j.hs.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.crypto.testing.Vectors;
import org.onion4j.crypto.testing.Vectors.Vector;

class RingTimesTest {
    static Stream<Vector> times() {
        return Vectors.stream("hs-time-periods");
    }

    @ParameterizedTest
    @MethodSource("times")
    void of_vector_matches(Vector v) {
        RingTimes times = RingTimes.of(
                instant(v.text("valid_after")), instant(v.text("fresh_until")), v.flag("testing_network"), 1440);
        assertThat(times.periodMinutes()).isEqualTo(v.integer("period_length_minutes"));
        assertThat(times.period().number()).isEqualTo(v.number("period_number"));
        assertThat(times.start(times.period().next())).isEqualTo(instant(v.text("next_period_start")));
        assertThat(times.runStart()).isEqualTo(instant(v.text("srv_run_start")));
        assertThat(times.isBetweenPeriodAndRandom()).isEqualTo(v.flag("between_period_and_srv"));
        assertSlot(times.forClient(), v.object("client_fetch"));
        assertSlot(times.firstOfService(), v.object("service_first"));
        assertSlot(times.secondOfService(), v.object("service_second"));
    }

    private static void assertSlot(RingTimes.Slot slot, Vector v) {
        assertThat(slot.period().number()).isEqualTo(v.number("period"));
        assertThat(slot.random())
                .isEqualTo(
                        v.text("srv").equals("current")
                                ? RingTimes.RandomValue.CURRENT
                                : RingTimes.RandomValue.PREVIOUS);
    }

    private static Instant instant(String text) {
        return Instant.parse(text.replace(' ', 'T') + "Z");
    }

    /** T58: at whatever hour, a client whose consensus is up to three hours off looks where the service puts something. */
    @Test
    void t58_slots_consensusesUpToThreeHoursApart_meet() {
        Instant start = Instant.parse("2026-03-01T00:00:00Z");
        for (int hour = 0; hour < 72; hour++) {
            RingTimes service = hourly(start.plusSeconds(3600L * hour));
            for (int skew = -3; skew <= 3; skew++) {
                RingTimes.Slot wanted =
                        hourly(start.plusSeconds(3600L * (hour + skew))).forClient();
                assertThat(sameValue(wanted, service.firstOfService()) || sameValue(wanted, service.secondOfService()))
                        .as("hour %s, client %s hours ahead", hour, skew)
                        .isTrue();
            }
        }
    }

    /** The value is known by the run in which it was published first; what is current becomes previous a run later. */
    private static boolean sameValue(RingTimes.Slot one, RingTimes.Slot other) {
        return one.period().equals(other.period()) && one.randomStart().equals(other.randomStart());
    }

    private static RingTimes hourly(Instant validAfter) {
        return RingTimes.of(validAfter, validAfter.plusSeconds(3600), false, 1440);
    }
}
