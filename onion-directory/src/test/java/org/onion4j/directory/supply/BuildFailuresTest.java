package org.onion4j.directory.supply;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.directory.guard.GuardFailure;

class BuildFailuresTest {
    @ParameterizedTest
    @CsvSource({
        "DESTROYED, DESTROYED, LATER_HOP",
        "HANDSHAKE, DESTROYED, LATER_HOP",
        "PROTOCOL, DESTROYED, LATER_HOP",
        "TIMEOUT, UNREACHABLE, LATER_HOP",
        "CHANNEL, UNREACHABLE, LATER_HOP"
    })
    void blame_circuitFailed_dependsOnTheFirstHop(CircuitException.Kind kind, GuardFailure without, GuardFailure with) {
        CircuitException failure = new CircuitException(kind, "test");

        assertThat(BuildFailures.blame(failure, false)).contains(without);
        assertThat(BuildFailures.blame(failure, true)).contains(with);
    }

    @Test
    void blame_ourOwnDoing_isNobodys() {
        assertThat(BuildFailures.blame(new CircuitException(CircuitException.Kind.CLOSED, "test"), false))
                .isEmpty();
        assertThat(BuildFailures.blame(new ChannelException(ChannelException.Kind.CLOSED, "test"), false))
                .isEmpty();
        assertThat(BuildFailures.blame(new ChannelException(ChannelException.Kind.LOCAL, "no thread"), false))
                .isEmpty();
        assertThat(BuildFailures.blame(new IllegalStateException("test"), false))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = ChannelException.Kind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"CLOSED", "LOCAL", "SILENT", "CLOCK"})
    void blame_channelFailed_isTheGuards(ChannelException.Kind kind) {
        assertThat(BuildFailures.blame(new ChannelException(kind, "test"), false))
                .contains(GuardFailure.UNREACHABLE);
    }

    @Test
    void t78_blame_deadLink_isNobodysForSure() {
        ChannelException silent = new ChannelException(ChannelException.Kind.SILENT, "test");
        CircuitException circuit = new CircuitException(CircuitException.Kind.CHANNEL, "test", silent);

        assertThat(BuildFailures.blame(silent, false)).contains(GuardFailure.LINK_DEAD);
        assertThat(BuildFailures.blame(circuit, false)).contains(GuardFailure.LINK_DEAD);
        assertThat(BuildFailures.blame(circuit, true)).contains(GuardFailure.LINK_DEAD);
        assertThat(BuildFailures.isLinkDead(circuit)).isTrue();
    }

    @Test
    void t78_blame_linkThatWeDropped_isNobodys() {
        ChannelException dropped = new ChannelException(ChannelException.Kind.CLOSED, "test");

        assertThat(BuildFailures.blame(new CircuitException(CircuitException.Kind.CHANNEL, "test", dropped), false))
                .isEmpty();
    }

    @Test
    void t37_blame_certificatesOutOfTheirTime_isTheClocks() {
        assertThat(BuildFailures.blame(new ChannelException(ChannelException.Kind.CLOCK, "test"), false))
                .contains(GuardFailure.CLOCK);
    }

    @Test
    void t77_blame_deviceWithoutNetwork_isNotTheGuards() {
        for (SocketException cause : new SocketException[] {
            new NoRouteToHostException("test"), new ConnectException("Network is unreachable")
        }) {
            assertThat(BuildFailures.blame(new ChannelException(ChannelException.Kind.CONNECT, "test", cause), false))
                    .contains(GuardFailure.NO_NETWORK);
        }
        assertThat(BuildFailures.blame(
                        new ChannelException(
                                ChannelException.Kind.CONNECT, "test", new ConnectException("Connection refused")),
                        false))
                .contains(GuardFailure.UNREACHABLE);
    }
}
