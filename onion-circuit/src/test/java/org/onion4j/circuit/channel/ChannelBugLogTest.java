package org.onion4j.circuit.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.onion4j.circuit.testing.CircuitFixture.get;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.onion4j.circuit.log.SparingLog;
import org.onion4j.circuit.testing.VirtualTime;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.crypto.testing.SeededRandom;

/** What is logged where channels fail for a bug of ours: nothing of the relay, and not much. */
@Timeout(60)
class ChannelBugLogTest {
    private static final String MARKER = "198.51.100.7";
    private static final int CHANNELS = 50;

    private final VirtualTime time = new VirtualTime();
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

    /** T86, T87. */
    @Test
    void t86_t87_channelsThatFailForABug_areLoggedAFewTimesWithoutForeignText() throws Exception {
        ChannelEnvironment environment = new ChannelEnvironment(
                (address, timeoutMillis) -> {
                    throw new IllegalStateException("cannot connect to " + MARKER);
                },
                time.clock(),
                time.ticker(),
                new SeededRandom(1),
                time,
                Thread::new,
                Duration.ofSeconds(60));
        ChannelTarget target = new ChannelTarget(
                new InetSocketAddress(InetAddress.getByName(MARKER), 443),
                RsaIdentity.copyOf(new byte[20]),
                Optional.empty());
        for (int i = 0; i < CHANNELS; i++) {
            ChannelException why = get(Channel.open(target, environment).closed());
            assertThat(why.kind()).isEqualTo(ChannelException.Kind.LOCAL);
        }
        assertThat(lines("a channel failed")).isEqualTo(SparingLog.AN_HOUR);
        assertThat(lines("IllegalStateException")).isEqualTo(SparingLog.AN_HOUR);
        assertThat(lines(MARKER)).isZero();
    }
}
