package org.onion4j.api.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.api.StreamEndReason;
import org.onion4j.api.StreamException;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.circuit.message.Resolved;
import org.onion4j.circuit.message.Resolved.Answer;

class StreamErrorsTest {
    @ParameterizedTest
    @CsvSource({
        "0, ExitUnavailable, StreamReset, UNKNOWN",
        "1, ExitUnavailable, StreamReset, MISC",
        "2, HostNotFound, StreamReset, RESOLVEFAILED",
        "3, ConnectionRefused, StreamReset, CONNECTREFUSED",
        "4, ExitPolicy, StreamReset, EXITPOLICY",
        "5, CircuitClosed, CircuitClosed, DESTROY",
        "6, ConnectionRefused, StreamReset, DONE",
        "7, StreamTimeout, StreamTimeout, TIMEOUT",
        "8, HostUnreachable, StreamReset, NOROUTE",
        "9, ExitUnavailable, StreamReset, HIBERNATING",
        "10, ExitUnavailable, StreamReset, INTERNAL",
        "11, ExitUnavailable, StreamReset, RESOURCELIMIT",
        "12, StreamReset, StreamReset, CONNRESET",
        "13, ExitUnavailable, StreamReset, TORPROTOCOL",
        "14, ExitUnavailable, StreamReset, NOTDIRECTORY",
        "15, ExitUnavailable, StreamReset, UNKNOWN",
        "255, ExitUnavailable, StreamReset, UNKNOWN"
    })
    void everyReason_hasItsException(int wire, String opening, String open, StreamEndReason name) {
        IOException cause = new IOException("inside");
        StreamException whileOpening = StreamErrors.whileOpening(EndReason.ofWire(wire), cause);
        StreamException whileOpen = StreamErrors.whileOpen(EndReason.ofWire(wire), cause);
        assertThat(whileOpening.getClass().getSimpleName()).isEqualTo(opening + "Exception");
        assertThat(whileOpen.getClass().getSimpleName()).isEqualTo(open + "Exception");
        for (StreamException either : new StreamException[] {whileOpening, whileOpen}) {
            assertThat(either.endReason()).contains(name);
            assertThat(either).hasCause(cause);
        }
    }

    @Test
    void all256Reasons_haveAnException() {
        for (int wire = 0; wire < 256; wire++) {
            assertThat(StreamErrors.whileOpening(EndReason.ofWire(wire), null)).hasMessageContaining(" ");
            assertThat(StreamErrors.whileOpen(EndReason.ofWire(wire), null)).hasMessageContaining(" ");
        }
    }

    @Test
    void addresses_areThoseOfTheAnswerEachOnce() throws Exception {
        Resolved resolved = new Resolved(ImmutableList.of(
                Answer.of("name.example", 60),
                Answer.of(InetAddresses.forString("192.0.2.1"), 60),
                Answer.of(InetAddresses.forString("2001:db8::1"), 60),
                Answer.of(InetAddresses.forString("192.0.2.1"), 60)));
        assertThat(ResolvedAnswers.addresses(resolved))
                .containsExactly(InetAddresses.forString("192.0.2.1"), InetAddresses.forString("2001:db8::1"));
        assertThat(ResolvedAnswers.hostname(resolved)).isEqualTo("name.example");
    }

    @Test
    void anAnswerWithoutWhatWasAsked_isNotFound() {
        Resolved errors = Resolved.error(Resolved.ERROR_TRANSIENT);
        assertThatThrownBy(() -> ResolvedAnswers.addresses(errors))
                .isInstanceOf(HostNotFoundException.class)
                .hasMessageContaining("name servers");
        assertThatThrownBy(() -> ResolvedAnswers.hostname(Resolved.error(Resolved.ERROR_NONTRANSIENT)))
                .isInstanceOf(HostNotFoundException.class);
        assertThatThrownBy(() -> ResolvedAnswers.addresses(new Resolved(ImmutableList.of())))
                .isInstanceOf(HostNotFoundException.class);
        assertThatThrownBy(() -> ResolvedAnswers.hostname(
                        new Resolved(ImmutableList.of(Answer.of("not a name\n", 1), Answer.of("<b>", 1)))))
                .isInstanceOf(HostNotFoundException.class);
    }
}
