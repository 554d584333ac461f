package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.StreamClosedException;
import org.onion4j.api.StreamOptions.EarlyData;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.api.internal.DestinationRules.InternalAddresses;
import org.onion4j.circuit.message.Begin;
import org.onion4j.circuit.message.Connected;
import org.onion4j.circuit.stream.DataStream;
import org.onion4j.circuit.testing.CircuitFixture;
import org.onion4j.circuit.testing.CircuitFixture.Built;

@Timeout(60)
class CircuitStreamTest {
    private static final Begin BEGIN = new Begin("example.com", 80, 0);

    @RegisterExtension
    static final CircuitFixture fixture = new CircuitFixture();

    @Test
    void circuitGone_isAnErrorOfItsOwn() throws Exception {
        Built built = fixture.fast();
        CircuitStream stream = new CircuitStream(built.open().client(), () -> false);
        built.circuit().close();
        assertThatThrownBy(() -> stream.getInputStream().read()).isInstanceOf(CircuitClosedException.class);
        assertThatThrownBy(() -> stream.getOutputStream().write(1)).isInstanceOf(CircuitClosedException.class);
    }

    @Test
    void circuitGoneWithTheClient_isToldAsTheClientsEnd() throws Exception {
        Built built = fixture.fast();
        CircuitStream stream = new CircuitStream(built.open().client(), () -> true);
        built.circuit().close();
        assertThatThrownBy(() -> stream.getInputStream().read()).isInstanceOf(ClientClosedException.class);
        assertThatThrownBy(() -> stream.getOutputStream().write(1)).isInstanceOf(ClientClosedException.class);
    }

    @Test
    void streamClosedBeforeTheClient_isToldAsThat() throws Exception {
        CircuitStream stream = new CircuitStream(fixture.fast().open().client(), () -> true);
        stream.close();
        assertThatThrownBy(() -> stream.getInputStream().read()).isInstanceOf(StreamClosedException.class);
    }

    @Test
    void t18_exitThatClaimsALocalAddress_endsAnOptimisticStreamToo() throws Exception {
        Built built = fixture.fast();
        DataStream stream =
                open(built, InternalAddresses.REFUSED).ask(built.circuit()).get();
        built.awaitMessage(Begin.class, stream.streamId());
        built.last().send(stream.streamId(), Connected.to(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), 60));
        assertThatThrownBy(() ->
                        new CircuitStream(stream, () -> false).getInputStream().read())
                .isInstanceOf(StreamClosedException.class);
    }

    @Test
    void exitThatClaimsALocalAddress_isBelievedWhereThatIsAllowed() throws Exception {
        Built built = fixture.fast();
        DataStream stream =
                open(built, InternalAddresses.ALLOWED).ask(built.circuit()).get();
        built.awaitMessage(Begin.class, stream.streamId());
        built.last().send(stream.streamId(), Connected.to(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), 60));
        assertThat(stream.connected().get().address()).isNotEqualTo(Optional.empty());
        CircuitStream open = new CircuitStream(stream, () -> false);
        open.setReadTimeout(Duration.ofMillis(1));
        assertThatThrownBy(() -> open.getInputStream().read()).isInstanceOf(StreamTimeoutException.class);
        open.close();
    }

    private static StreamOpener.Opening open(Built built, InternalAddresses internal) {
        assertThat(built.circuit().length()).isEqualTo(1);
        return new StreamOpener.Opening(BEGIN, EarlyData.OPTIMISTIC, internal);
    }
}
