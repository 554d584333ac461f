package org.onion4j.directory.supply;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.Locale;
import java.util.Optional;
import org.onion4j.circuit.CircuitException;
import org.onion4j.circuit.channel.ChannelException;
import org.onion4j.directory.guard.GuardFailure;

/** What a failure to build a circuit says about its guard. */
final class BuildFailures {
    /** Ends of an open channel that are not the guard's doing, or not for sure. */
    private static final ImmutableSet<ChannelException.Kind> SAYS_LITTLE = Sets.immutableEnumSet(
            ChannelException.Kind.CLOSED, ChannelException.Kind.LOCAL, ChannelException.Kind.SILENT);

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
                case SILENT -> Optional.of(GuardFailure.LINK_DEAD);
                case CLOCK -> Optional.of(GuardFailure.CLOCK);
                default -> Optional.of(isLocalOutage(channel) ? GuardFailure.NO_NETWORK : GuardFailure.UNREACHABLE);
            };
        }
        if (failure instanceof CircuitException circuit) {
            Optional<ChannelException> lost = channelFailure(circuit);
            if (lost.isPresent() && SAYS_LITTLE.contains(lost.get().kind())) {
                return blame(lost.get(), firstHop);
            }
            return switch (circuit.kind()) {
                case CLOSED, MEMORY, LOCAL, LIMIT -> Optional.empty();
                case TIMEOUT, CHANNEL -> Optional.of(firstHop ? GuardFailure.LATER_HOP : GuardFailure.UNREACHABLE);
                case DESTROYED, HANDSHAKE, PROTOCOL ->
                    Optional.of(firstHop ? GuardFailure.LATER_HOP : GuardFailure.DESTROYED);
            };
        }
        return Optional.empty();
    }

    /** How the channel ended, where that is what a circuit failed for. */
    static Optional<ChannelException> channelFailure(Throwable failure) {
        if (failure instanceof ChannelException channel) {
            return Optional.of(channel);
        }
        return failure instanceof CircuitException circuit
                        && circuit.kind() == CircuitException.Kind.CHANNEL
                        && circuit.getCause() instanceof ChannelException channel
                ? Optional.of(channel)
                : Optional.empty();
    }

    /** Whether a circuit ended because its link was found dead. */
    static boolean isLinkDead(Throwable failure) {
        return blame(failure, true).equals(Optional.of(GuardFailure.LINK_DEAD));
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
