package org.onion4j.directory.supply;

import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.Locale;
import java.util.Optional;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.directory.guard.GuardFailure;

/** What a failure to build a circuit says about its guard. */
final class BuildFailures {
    private BuildFailures() {}

    /**
     * What the guard is to be blamed for, if anything.
     *
     * @param firstHop whether the guard had answered on the circuit
     */
    static Optional<GuardFailure> blame(Throwable failure, boolean firstHop) {
        if (failure instanceof ChannelException channel) {
            return switch (channel.kind()) {
                case CLOSED, LOCAL -> Optional.empty(); // our own doing, or our own lack
                default -> Optional.of(isLocalOutage(channel) ? GuardFailure.NO_NETWORK : GuardFailure.UNREACHABLE);
            };
        }
        if (failure instanceof CircuitException circuit) {
            return switch (circuit.kind()) {
                case CLOSED, MEMORY, LOCAL, LIMIT -> Optional.empty();
                case TIMEOUT, CHANNEL -> Optional.of(firstHop ? GuardFailure.LATER_HOP : GuardFailure.UNREACHABLE);
                case DESTROYED, HANDSHAKE, PROTOCOL ->
                    Optional.of(firstHop ? GuardFailure.LATER_HOP : GuardFailure.DESTROYED);
            };
        }
        return Optional.empty();
    }

    /** Whether the device has no network at all, as far as its operating system says so. */
    private static boolean isLocalOutage(ChannelException failure) {
        Throwable cause = failure.getCause();
        if (cause instanceof NoRouteToHostException) {
            return true;
        }
        String message = cause instanceof SocketException ? cause.getMessage() : null;
        return message != null && message.toLowerCase(Locale.ROOT).contains("network is unreachable");
    }
}
