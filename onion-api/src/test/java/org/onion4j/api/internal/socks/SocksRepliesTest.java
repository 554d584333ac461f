package org.onion4j.api.internal.socks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.onion4j.api.BootstrapException;
import org.onion4j.api.BootstrapPhase;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.ExitUnavailableException;
import org.onion4j.api.InvalidDestinationException;
import org.onion4j.api.InvalidDestinationException.Reason;
import org.onion4j.api.NoPathException;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionServiceException;
import org.onion4j.api.SocksOptions.Errors;
import org.onion4j.api.TooManyRequestsException;
import org.onion4j.api.UnsupportedFeatureException;
import org.onion4j.api.internal.StreamErrors;
import org.onion4j.api.internal.socks.SocksRequest.Version;
import org.onion4j.circuit.message.EndReason;

class SocksRepliesTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(StreamErrors.whileOpening(EndReason.EXITPOLICY, null), 2),
                Arguments.of(StreamErrors.whileOpening(EndReason.RESOLVEFAILED, null), 4),
                Arguments.of(StreamErrors.whileOpening(EndReason.NOROUTE, null), 4),
                Arguments.of(StreamErrors.whileOpening(EndReason.CONNECTREFUSED, null), 5),
                Arguments.of(StreamErrors.whileOpening(EndReason.DONE, null), 5),
                Arguments.of(StreamErrors.whileOpening(EndReason.CONNRESET, null), 5),
                Arguments.of(StreamErrors.whileOpening(EndReason.TIMEOUT, null), 6),
                Arguments.of(StreamErrors.whileOpening(EndReason.MISC, null), 1),
                Arguments.of(StreamErrors.whileOpening(EndReason.DESTROY, null), 1),
                Arguments.of(new CircuitClosedException("", Optional.empty(), null), 1),
                Arguments.of(new ExitUnavailableException("", Optional.empty(), null), 1),
                Arguments.of(new ClientClosedException("", null), 1),
                Arguments.of(new TooManyRequestsException("", null), 1),
                Arguments.of(new NoPathException("", Optional.empty(), null), 3),
                Arguments.of(new BootstrapException(BootstrapPhase.CONNECTING, "", null), 3),
                Arguments.of(new InvalidDestinationException(Reason.MALFORMED, ""), 1),
                Arguments.of(new InvalidDestinationException(Reason.INTERNAL, ""), 2),
                Arguments.of(new InvalidDestinationException(Reason.EXIT_NOTATION, ""), 2),
                Arguments.of(new UnsupportedFeatureException(UnsupportedFeatureException.Feature.EXIT_COUNTRY, ""), 4));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void everyFailure_hasItsCode(OnionException failure, int code) {
        for (Errors errors : Errors.values()) {
            assertThat(SocksReplies.failed(Version.SOCKS5, failure, errors).hex())
                    .isEqualTo("050" + code + "0001000000000000");
            assertThat(SocksReplies.failed(Version.SOCKS4, failure, errors).hex())
                    .isEqualTo("005b000000000000");
        }
    }

    static Stream<Arguments> failuresOfOnionServices() {
        return Stream.of(
                Arguments.of(service(OnionServiceException.Reason.NOT_FOUND), "f0"),
                Arguments.of(service(OnionServiceException.Reason.BAD_DESCRIPTOR), "f1"),
                Arguments.of(service(OnionServiceException.Reason.INTRODUCTION_FAILED), "f2"),
                Arguments.of(service(OnionServiceException.Reason.NO_ANSWER), "f3"),
                Arguments.of(service(OnionServiceException.Reason.NEEDS_AUTHORIZATION), "f4"),
                Arguments.of(service(OnionServiceException.Reason.WRONG_AUTHORIZATION), "f5"),
                Arguments.of(new InvalidDestinationException(Reason.ONION_ADDRESS, ""), "f6"),
                Arguments.of(new InvalidDestinationException(Reason.ONION_VERSION_2, ""), "f6"),
                Arguments.of(service(OnionServiceException.Reason.INTRODUCTION_TIMED_OUT), "f7"),
                Arguments.of(service(OnionServiceException.Reason.NO_DIRECTORY), "04"));
    }

    private static OnionException service(OnionServiceException.Reason reason) {
        return new OnionServiceException(reason, "", null);
    }

    /** Who doesn't ask for more hears of an unreachable host, as from C tor. */
    @ParameterizedTest
    @MethodSource("failuresOfOnionServices")
    void failureOfAnOnionService_isToldToWhoAsksForIt(OnionException failure, String code) {
        assertThat(SocksReplies.failed(Version.SOCKS5, failure, Errors.STANDARD).hex())
                .isEqualTo("05040001000000000000");
        assertThat(SocksReplies.failed(Version.SOCKS5, failure, Errors.EXTENDED).hex())
                .isEqualTo("05" + code + "0001000000000000");
        assertThat(SocksReplies.failed(Version.SOCKS4, failure, Errors.EXTENDED).hex())
                .isEqualTo("005b000000000000");
    }

    @Test
    void answers_haveTheirForms() {
        assertThat(SocksReplies.granted(Version.SOCKS5).hex()).isEqualTo("05000001000000000000");
        assertThat(SocksReplies.granted(Version.SOCKS4).hex()).isEqualTo("005a000000000000");
        assertThat(SocksReplies.resolved(Version.SOCKS5, InetAddresses.forString("192.0.2.1"))
                        .hex())
                .isEqualTo("05000001" + "c0000201" + "0000");
        assertThat(SocksReplies.resolved(Version.SOCKS5, InetAddresses.forString("2001:db8::1"))
                        .hex())
                .isEqualTo("05000004" + "20010db8000000000000000000000001" + "0000");
        assertThat(SocksReplies.resolved(Version.SOCKS4, InetAddresses.forString("192.0.2.1"))
                        .hex())
                .isEqualTo("005a0000" + "c0000201");
        assertThat(SocksReplies.resolved(Version.SOCKS4, InetAddresses.forString("2001:db8::1"))
                        .hex())
                .isEqualTo("005b000000000000");
        assertThat(SocksReplies.resolvedName("a.b").hex()).isEqualTo("05000003" + "03612e62" + "0000");
    }
}
