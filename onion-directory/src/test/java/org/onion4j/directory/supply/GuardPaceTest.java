package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.CircuitException;
import org.onion4j.crypto.testing.SeededRandom;
import org.onion4j.directory.guard.VirtualTime;

/** T77: when the network is back, nobody waits on until an hour that was set while it was away. */
class GuardPaceTest {
    private final Exception lost = new CircuitException(CircuitException.Kind.DESTROYED, "at birth");

    private final VirtualTime time = new VirtualTime(Instant.parse("2024-05-17T17:30:00Z"));
    private final GuardPace pace = new GuardPace(new SeededRandom(7), time.ticker(), time);
    private final AtomicInteger begun = new AtomicInteger();
    private final Runnable circuit = begun::incrementAndGet;

    @BeforeEach
    void fail() {
        for (int i = 0; i < 20; i++) {
            pace.failed(lost);
        }
        assertThat(pace.launch(circuit)).isGreaterThan(Duration.ofSeconds(30));
    }

    @Test
    void t77_firstHopAnswers_whatIsHeldBackBeginsAtOnce() {
        assertThat(begun).hasValue(0);
        pace.reset();
        time.advance(Duration.ZERO);
        assertThat(begun).hasValue(1);
        pace.reset();
        time.advance(Duration.ZERO);
        assertThat(begun).as("it is held back no more").hasValue(1);
        assertThat(pace.launch(circuit)).isZero();
    }

    @Test
    void forgotten_isNotBegun() {
        pace.forget(circuit);
        pace.reset();
        time.advance(Duration.ofMinutes(1));
        assertThat(begun).hasValue(0);
    }
}
