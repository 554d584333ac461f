package org.onion4j.directory.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryScheduleTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, PT10M, PT1H",
        "PT6H, PT10M, PT1H",
        "PT6H1S, PT90M, PT4H",
        "PT96H, PT90M, PT4H",
        "PT96H1S, PT4H, PT18H",
        "PT168H, PT4H, PT18H",
        "PT168H1S, PT9H, PT36H",
        "PT87600H, PT9H, PT36H"
    })
    void delay_followsTheSpecification(Duration failingFor, Duration primary, Duration other) {
        assertThat(RetrySchedule.delay(failingFor, true)).isEqualTo(primary);
        assertThat(RetrySchedule.delay(failingFor, false)).isEqualTo(other);
    }
}
