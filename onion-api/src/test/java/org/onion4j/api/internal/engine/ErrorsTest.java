package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.OnionException;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.log.CauseOutline;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.onion.TimePeriod;
import org.onion4j.crypto.primitive.Ed25519KeyPair;
import org.onion4j.crypto.random.SystemRandom;
import org.onion4j.hs.descriptor.DescriptorException;
import org.onion4j.hs.descriptor.DescriptorReader;

/** T86: whatever goes wrong below, what the application is given names no guard, address or destination. */
class ErrorsTest {
    private static final String GUARD = "198.51.100.7";
    private static final String HOST = "secret.example";

    static Stream<Throwable> failures() {
        ChannelException connect = new ChannelException(
                ChannelException.Kind.CONNECT,
                "no connection to the relay",
                new ConnectException("failed to connect to /" + GUARD + " (port 443) after 60000ms"));
        ChannelException tls = new ChannelException(
                ChannelException.Kind.TLS, "no TLS with the relay", new SSLHandshakeException("peer " + GUARD));
        CircuitException circuit = new CircuitException(CircuitException.Kind.CHANNEL, "channel closed", connect);
        IOException foreign = new IOException(HOST);
        foreign.addSuppressed(new IllegalStateException(GUARD));
        return Stream.of(
                connect,
                tls,
                circuit,
                StreamException.circuit(circuit),
                foreign,
                new IllegalStateException("stream to " + HOST, connect),
                new AssertionError(HOST));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void t86_noMarkerReachesTheApplication_butTheTypesDo(Throwable failure) {
        for (OnionException told : new OnionException[] {Errors.whileOpening(failure), Errors.whileOpen(failure)}) {
            StringWriter text = new StringWriter();
            told.printStackTrace(new PrintWriter(text));
            assertThat(text.toString())
                    .doesNotContain(GUARD)
                    .doesNotContain(HOST)
                    .contains(failure.getClass().getName());
        }
    }

    @Test
    void whatIsOfOurOwnWords_isKept() {
        StreamException timeout = StreamException.timeout("the exit's answer");
        assertThat(Errors.whileOpening(timeout))
                .isInstanceOf(StreamTimeoutException.class)
                .hasCause(timeout);
        CircuitException closed = new CircuitException(CircuitException.Kind.DESTROYED, "a relay closed it");
        assertThat(Errors.whileOpening(closed))
                .isInstanceOf(CircuitClosedException.class)
                .hasCause(closed);
    }

    @Test
    void whatADescriptorIsBadFor_isKept() {
        ServiceKeys keys = ServiceKeys.of(
                new OnionAddress(Ed25519KeyPair.generate(new SystemRandom()).publicKey()),
                new TimePeriod(16_904, 1440));
        DescriptorException bad = catchThrowableOfType(
                DescriptorException.class,
                () -> DescriptorReader.read(Bytes.copyOf(new byte[10]), keys, Optional.empty(), Instant.EPOCH, 31));
        assertThat(bad.getMessage()).isNotEmpty();
        assertThat(CauseOutline.of(bad)).isSameAs(bad);
    }
}
