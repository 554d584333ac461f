package org.onion4j.circuit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.google.common.base.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.testing.VirtualTime;
import org.slf4j.LoggerFactory;

/** T87: what repeats is logged a few times an hour, with a count. */
class SparingLogTest {
    private final VirtualTime time = new VirtualTime();
    private final SparingLog log = new SparingLog(LoggerFactory.getLogger(SparingLogTest.class), time.ticker());
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private PrintStream stderr;

    @BeforeEach
    void listen() {
        stderr = System.err;
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        System.setErr(stderr);
    }

    private long lines(String text) {
        return told.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.contains(text))
                .count();
    }

    @Test
    void t87_tenThousandTimes_isToldAFewTimesAnHour() {
        for (int i = 0; i < 10_000; i++) {
            log.warn("fault {} of {}", i, "many");
        }
        assertThat(lines("fault")).isEqualTo(SparingLog.AN_HOUR);
        time.advance(Duration.ofHours(1));
        log.warn("fault {} of {}", "again", "many");

        assertThat(lines("fault again of many (and 9995 times before, unsaid)")).isEqualTo(1);
        log.warn("fault {} of {}", "next", "many");
        assertThat(lines("unsaid")).isEqualTo(1);
    }

    @Test
    void brokenLog_breaksNobody() {
        SparingLog broken = new SparingLog(LoggerFactory.getLogger(SparingLogTest.class), new Ticker() {
            @Override
            public long read() {
                throw new OutOfMemoryError("a fault of the test's");
            }
        });
        assertThatCode(() -> {
                    broken.error("a bug", new IllegalStateException());
                    broken.warn("a fault");
                    broken.info("news");
                })
                .doesNotThrowAnyException();
    }

    @Test
    void t86_error_tellsNoForeignText() {
        log.error("a bug", new IllegalStateException("198.51.100.7"));
        assertThat(lines("a bug")).isEqualTo(1);
        assertThat(lines("IllegalStateException")).isEqualTo(1);
        assertThat(lines("198.51.100.7")).isZero();
    }
}
