package org.onion4j.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OnionExceptionTest {

    private static final Optional<StreamEndReason> END = Optional.of(StreamEndReason.MISC);

    static Stream<OnionException> all() {
        Throwable cause = new IOException("inside");
        return Stream.of(
                new BootstrapException(BootstrapPhase.CONNECTING, "m", cause),
                new ClockSkewException(BootstrapPhase.LOADING_CONSENSUS, Duration.ofHours(-3), "m", cause),
                new CircuitClosedException("m", END, cause),
                new ClientClosedException("m", cause),
                new ConnectionRefusedException("m", END, cause),
                new ExitPolicyException("m", END, cause),
                new ExitUnavailableException("m", END, cause),
                new HostNotFoundException("m", END, cause),
                new HostUnreachableException("m", END, cause),
                new InternalErrorException("m", cause),
                new InvalidDestinationException(InvalidDestinationException.Reason.INTERNAL, "m"),
                new NetworkConfigException("m", 3, cause),
                new NoPathException("m", END, cause),
                new OnionKeyException("m", cause),
                new OnionServiceClosedException("m", cause),
                new OnionServiceConflictException(OnionServiceConflictException.Reason.NAME, "m"),
                new OnionServiceTimeoutException("m", cause),
                new OnionServiceException(OnionServiceException.Reason.NOT_FOUND, "m", cause),
                new OperationInterruptedException("m", cause),
                new ProxyException("m", cause),
                new StateException("m", cause),
                new StateInUseException("m", cause),
                new StreamClosedException("m", END, cause),
                new StreamResetException("m", END, cause),
                new StreamTimeoutException("m", END, cause),
                new TooManyRequestsException("m", cause),
                new UnsupportedFeatureException(UnsupportedFeatureException.Feature.BRIDGES, "m"));
    }

    private static Object details(OnionException e) {
        if (e instanceof ClockSkewException skew) {
            return skew.phase() + " " + skew.skew();
        } else if (e instanceof BootstrapException bootstrap) {
            return bootstrap.phase();
        } else if (e instanceof StreamException stream) {
            return stream.endReason();
        } else if (e instanceof InvalidDestinationException invalid) {
            return invalid.reason();
        } else if (e instanceof OnionServiceException service) {
            return service.reason();
        } else if (e instanceof OnionServiceConflictException conflict) {
            return conflict.reason();
        } else if (e instanceof NetworkConfigException config) {
            return config.line();
        } else if (e instanceof UnsupportedFeatureException unsupported) {
            return unsupported.feature();
        }
        return "";
    }

    @ParameterizedTest
    @MethodSource("all")
    void again_isTheSameFailureOfAnotherCaller(OnionException original) {
        OnionException again = original.again();
        assertThat(again)
                .isExactlyInstanceOf(original.getClass())
                .hasMessage("m")
                .hasCause(original);
        assertThat(details(again)).isEqualTo(details(original));
    }

    @ParameterizedTest
    @MethodSource("all")
    void exceptions_canBeSerialised(OnionException original) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(original);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(details((OnionException) in.readObject())).isEqualTo(details(original));
        }
    }
}
