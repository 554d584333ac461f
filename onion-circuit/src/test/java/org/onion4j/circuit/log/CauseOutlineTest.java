package org.onion4j.circuit.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;

/** T86: what may be told of a failure. */
class CauseOutlineTest {
    private static final String MARKER = "198.51.100.7";

    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void t86_of_chainWithForeignText_keepsTypesAndStacksAndOurTexts() {
        ConnectException inner = new ConnectException("failed to connect to /" + MARKER + ":443");
        inner.addSuppressed(new IOException(MARKER));
        ChannelException channel = new ChannelException(ChannelException.Kind.CONNECT, "no connection", inner);
        CircuitException circuit =
                new CircuitException(CircuitException.Kind.CHANNEL, "the channel is closed", channel);

        Throwable outline = CauseOutline.of(circuit);

        assertThat(printed(outline))
                .doesNotContain(MARKER)
                .contains("java.net.ConnectException")
                .contains("org.onion4j.circuit.CircuitException: the channel is closed")
                .contains("no connection")
                .contains("Suppressed: java.io.IOException")
                .doesNotContain("CauseOutline:");
        assertThat(outline.getStackTrace()).isEqualTo(circuit.getStackTrace());
        assertThat(outline.getCause().getCause().getStackTrace()).isEqualTo(inner.getStackTrace());
        assertThat(CauseOutline.of(outline)).isSameAs(outline);
    }

    @Test
    void t86_of_ourOwnThroughout_isTheFailureItself() {
        CircuitException own = new CircuitException(
                CircuitException.Kind.CHANNEL, "ours", new ChannelException(ChannelException.Kind.LOST, "ours"));
        assertThat(CauseOutline.of(own)).isSameAs(own);
        assertThat(CauseOutline.of(null)).isNull();
    }

    @Test
    void t86_of_bug_losesItsText() {
        Throwable outline = CauseOutline.of(new IllegalStateException("host " + MARKER));
        assertThat(outline).hasToString("java.lang.IllegalStateException").hasMessage(null);
    }

    @Test
    void of_endlessChain_ends() {
        Exception first = new Exception(MARKER);
        Exception second = new Exception(MARKER, first);
        first.initCause(second);
        Throwable deep = new Exception(MARKER);
        for (int i = 0; i < 10_000; i++) {
            deep = new Exception(MARKER, deep);
        }
        assertThat(printed(CauseOutline.of(second))).doesNotContain(MARKER);
        assertThat(printed(CauseOutline.of(deep))).doesNotContain(MARKER).hasSizeLessThan(200_000);
    }
}
