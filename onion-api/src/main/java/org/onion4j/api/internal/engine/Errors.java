package org.onion4j.api.internal.engine;

import java.util.Optional;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.ExitUnavailableException;
import org.onion4j.api.InternalErrorException;
import org.onion4j.api.NoPathException;
import org.onion4j.api.OnionException;
import org.onion4j.api.OnionServiceException;
import org.onion4j.api.StreamClosedException;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.api.TooManyRequestsException;
import org.onion4j.api.internal.StreamErrors;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.circuit.log.CauseOutline;
import org.onion4j.circuit.stream.StreamException;
import org.onion4j.directory.supply.TooManyWaitingException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes wrong in circuits and streams, as the API says it. Of the cause is kept what it was and where it came from, but
 * no text that is not ours: see {@link CauseOutline}. In full it is logged at DEBUG.
 */
final class Errors {
    private static final Logger log = LoggerFactory.getLogger(Errors.class);

    private Errors() {}

    /** A failure of a stream that was not open yet. */
    static OnionException whileOpening(Throwable failure) {
        if (failure instanceof StreamException stream
                && stream.kind() == StreamException.Kind.ENDED
                && stream.end().isPresent()) {
            return StreamErrors.whileOpening(stream.end().get().reason(), CauseOutline.of(failure));
        }
        return other(failure);
    }

    /** A failure of a stream to an onion service that was not open yet. */
    static OnionException whileOpeningToService(Throwable failure) {
        if (failure instanceof StreamException stream
                && stream.kind() == StreamException.Kind.ENDED
                && stream.end().isPresent()) {
            return StreamErrors.ofService(stream.end().get().reason(), CauseOutline.of(failure));
        }
        return other(failure);
    }

    /** A failure of a stream that was open. */
    static OnionException whileOpen(Throwable failure) {
        if (failure instanceof StreamException stream
                && stream.kind() == StreamException.Kind.ENDED
                && stream.end().isPresent()) {
            return StreamErrors.whileOpen(stream.end().get().reason(), CauseOutline.of(failure));
        }
        return other(failure);
    }

    private static OnionException service(org.onion4j.hs.client.OnionServiceException failure) {
        OnionServiceException.Reason reason = switch (failure.kind()) {
            case NOT_FOUND -> OnionServiceException.Reason.NOT_FOUND;
            case NO_DIRECTORY -> OnionServiceException.Reason.NO_DIRECTORY;
            case NEEDS_AUTHORIZATION -> OnionServiceException.Reason.NEEDS_AUTHORIZATION;
            case WRONG_AUTHORIZATION -> OnionServiceException.Reason.WRONG_AUTHORIZATION;
            case BAD_DESCRIPTOR -> OnionServiceException.Reason.BAD_DESCRIPTOR;
            case INTRODUCTION_FAILED -> OnionServiceException.Reason.INTRODUCTION_FAILED;
            case INTRODUCTION_TIMED_OUT -> OnionServiceException.Reason.INTRODUCTION_TIMED_OUT;
            case RENDEZVOUS_FAILED, CLOSED -> OnionServiceException.Reason.NO_ANSWER;
        };
        return new OnionServiceException(reason, failure.getMessage(), CauseOutline.of(failure));
    }

    private static OnionException other(Throwable failure) {
        if (failure instanceof OnionException known) {
            return known;
        }
        log.debug("in full", failure);
        if (failure instanceof StreamException stream) {
            return switch (stream.kind()) {
                case TIMEOUT ->
                    new StreamTimeoutException(stream.getMessage(), Optional.empty(), CauseOutline.of(failure));
                case CLOSED ->
                    new StreamClosedException("the stream has been closed", Optional.empty(), CauseOutline.of(failure));
                case CIRCUIT ->
                    new CircuitClosedException(
                            "the circuit that carried the stream is gone", Optional.empty(), CauseOutline.of(failure));
                case ENDED ->
                    new ExitUnavailableException(
                            "the exit ended the stream", Optional.empty(), CauseOutline.of(failure));
            };
        }
        if (failure instanceof org.onion4j.directory.path.NoPathException) {
            return new NoPathException(
                    "the network has no path for this: " + failure.getMessage(),
                    Optional.empty(),
                    CauseOutline.of(failure));
        }
        if (failure instanceof org.onion4j.hs.client.OnionServiceException service) {
            return service(service);
        }
        if (failure instanceof TooManyWaitingException) {
            return new TooManyRequestsException("too many requests wait for circuits", failure);
        }
        if (failure instanceof CircuitException || failure instanceof ChannelException) {
            return new CircuitClosedException(
                    "the circuit that was to carry the stream is gone", Optional.empty(), CauseOutline.of(failure));
        }
        return new InternalErrorException("an unexpected failure", failure);
    }
}
