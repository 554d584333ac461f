package org.onion4j.api.internal;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import org.onion4j.api.CircuitClosedException;
import org.onion4j.api.ConnectionRefusedException;
import org.onion4j.api.ExitPolicyException;
import org.onion4j.api.ExitUnavailableException;
import org.onion4j.api.HostNotFoundException;
import org.onion4j.api.HostUnreachableException;
import org.onion4j.api.StreamEndReason;
import org.onion4j.api.StreamException;
import org.onion4j.api.StreamResetException;
import org.onion4j.api.StreamTimeoutException;
import org.onion4j.circuit.message.EndReason;

/**
 * What the reason of an END message means to an application. The one place where this is decided. Spec: tor-spec,
 * "Closing streams".
 */
public final class StreamErrors {
    private static final ImmutableMap<EndReason, StreamEndReason> REASONS =
            ImmutableMap.<EndReason, StreamEndReason>builder()
                    .put(EndReason.MISC, StreamEndReason.MISC)
                    .put(EndReason.RESOLVEFAILED, StreamEndReason.RESOLVEFAILED)
                    .put(EndReason.CONNECTREFUSED, StreamEndReason.CONNECTREFUSED)
                    .put(EndReason.EXITPOLICY, StreamEndReason.EXITPOLICY)
                    .put(EndReason.DESTROY, StreamEndReason.DESTROY)
                    .put(EndReason.DONE, StreamEndReason.DONE)
                    .put(EndReason.TIMEOUT, StreamEndReason.TIMEOUT)
                    .put(EndReason.NOROUTE, StreamEndReason.NOROUTE)
                    .put(EndReason.HIBERNATING, StreamEndReason.HIBERNATING)
                    .put(EndReason.INTERNAL, StreamEndReason.INTERNAL)
                    .put(EndReason.RESOURCELIMIT, StreamEndReason.RESOURCELIMIT)
                    .put(EndReason.CONNRESET, StreamEndReason.CONNRESET)
                    .put(EndReason.TORPROTOCOL, StreamEndReason.TORPROTOCOL)
                    .put(EndReason.NOTDIRECTORY, StreamEndReason.NOTDIRECTORY)
                    .buildOrThrow();

    private StreamErrors() {}

    /** The public name of a reason. */
    static StreamEndReason publicReason(EndReason reason) {
        return REASONS.getOrDefault(reason, StreamEndReason.UNKNOWN);
    }

    /** An END came in place of CONNECTED or RESOLVED. */
    public static StreamException whileOpening(EndReason reason, Throwable cause) {
        StreamEndReason name = publicReason(reason);
        Optional<StreamEndReason> end = Optional.of(name);
        return switch (name) {
            case RESOLVEFAILED -> new HostNotFoundException("the exit found no such host", end, cause);
            case CONNECTREFUSED -> new ConnectionRefusedException("the host refused the connection", end, cause);
            case DONE ->
                new ConnectionRefusedException("the host closed the connection before it was open", end, cause);
            case EXITPOLICY -> new ExitPolicyException("the exit does not connect to this address or port", end, cause);
            case DESTROY -> new CircuitClosedException("the exit is closing the circuit", end, cause);
            case TIMEOUT -> new StreamTimeoutException("the host did not answer the exit in time", end, cause);
            case NOROUTE -> new HostUnreachableException("the exit knows no way to the host", end, cause);
            case CONNRESET -> new StreamResetException("the host reset the connection", end, cause);
            case HIBERNATING, INTERNAL, RESOURCELIMIT, TORPROTOCOL, NOTDIRECTORY, MISC, UNKNOWN ->
                new ExitUnavailableException("the exit could not serve the stream (" + name + ")", end, cause);
        };
    }

    /** An END of an onion service came in place of CONNECTED: it decides by itself what it serves, and no exit is there. */
    public static StreamException ofService(EndReason reason, Throwable cause) {
        StreamEndReason name = publicReason(reason);
        Optional<StreamEndReason> end = Optional.of(name);
        return switch (name) {
            case DESTROY -> new CircuitClosedException("the onion service is closing the circuit", end, cause);
            case TIMEOUT ->
                new StreamTimeoutException("what the onion service serves did not answer in time", end, cause);
            default ->
                new ConnectionRefusedException("the onion service refused the connection (" + name + ")", end, cause);
        };
    }

    /**
     * An END other than DONE came on an open stream; DONE is the end of the input there, and counts here for a write after
     * it.
     */
    public static StreamException whileOpen(EndReason reason, Throwable cause) {
        StreamEndReason name = publicReason(reason);
        Optional<StreamEndReason> end = Optional.of(name);
        return switch (name) {
            case DESTROY -> new CircuitClosedException("the exit has closed the circuit", end, cause);
            case TIMEOUT -> new StreamTimeoutException("the host stopped answering the exit", end, cause);
            case DONE -> new StreamResetException("the host has closed the connection", end, cause);
            default -> new StreamResetException("the connection behind the exit broke (" + name + ")", end, cause);
        };
    }
}
