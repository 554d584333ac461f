package org.onion4j.directory.fetch;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.io.IOException;
import java.util.Optional;
import org.onion4j.circuit.channel.ChannelException;

/**
 * A request to a directory came to nothing. Closes that request alone; the manager asks another directory. The text
 * names no relay.
 */
public class DirectoryException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why channels end that says nothing of the relay: the device has changed networks, say. */
    private static final ImmutableSet<ChannelException.Kind> ENDED_BY_US =
            Sets.immutableEnumSet(ChannelException.Kind.CLOSED, ChannelException.Kind.SILENT);

    private static final int MAX_DEPTH = 16;

    private final FetchOutcome outcome;

    public DirectoryException(FetchOutcome outcome, String message) {
        super(message);
        this.outcome = outcome;
    }

    public DirectoryException(FetchOutcome outcome, String message, Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
    }

    /** A request that failed because no stream could be had, or it broke. */
    static DirectoryException broken(IOException cause) {
        Optional<ChannelException.Kind> kind = channelFailure(cause).map(ChannelException::kind);
        if (kind.isPresent() && kind.get() == ChannelException.Kind.CLOCK) {
            return new DirectoryException(FetchOutcome.WRONG_CLOCK, "certificates out of their time", cause);
        } else if (kind.isPresent() && ENDED_BY_US.contains(kind.get())) {
            return new DirectoryException(FetchOutcome.CANCELLED, "the link was given up", cause);
        }
        return new DirectoryException(FetchOutcome.UNREACHABLE, "directory unreachable or stream broken", cause);
    }

    /** What happened to the link, where that is the cause. */
    private static Optional<ChannelException> channelFailure(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            if (cause instanceof ChannelException channel) {
                return Optional.of(channel);
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    /** How it ended; never {@link FetchOutcome#GOOD}. */
    public FetchOutcome outcome() {
        return outcome;
    }
}
