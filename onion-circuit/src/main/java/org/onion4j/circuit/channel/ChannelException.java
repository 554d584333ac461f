package org.onion4j.circuit.channel;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** A channel could not be opened, or is closed. It takes all circuits of the channel with it. */
public final class ChannelException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What a caller may want to tell apart. */
    public enum Kind {
        /** No TCP connection to the address. */
        CONNECT,
        /** The TLS handshake failed. */
        TLS,
        /** The peer broke the rules of the link handshake or ended it, or none of our link protocols suits it. */
        HANDSHAKE,
        /** The peer is not the relay that was expected. */
        IDENTITY,
        /** The peer has proven to be the relay that was expected, but for the time: its clock or ours is wrong. */
        CLOCK,
        /** The peer did not finish the handshake in time. */
        TIMEOUT,
        /** The peer, or the network, ended an open channel. */
        LOST,
        /** Nothing came over an open channel any more though the peer was asked: a dead link, or a dead peer. */
        SILENT,
        /** The peer broke the rules of an open channel. */
        PROTOCOL,
        /** We could not go on, whatever the peer did: no thread, memory, descriptor or randomness, or a bug of ours. */
        LOCAL,
        /** We closed it. */
        CLOSED
    }

    private final Kind kind;
    private final Duration clockSkew; // null unless the kind is CLOCK

    public ChannelException(Kind kind, String message) {
        this(kind, message, null, null);
    }

    public ChannelException(Kind kind, String message, Throwable cause) {
        this(kind, message, cause, null);
    }

    private ChannelException(Kind kind, String message, Throwable cause, Duration clockSkew) {
        super(message, cause);
        this.kind = kind;
        this.clockSkew = clockSkew;
    }

    /** For {@link Kind#CLOCK}. */
    public static ChannelException clock(Duration skew, Throwable cause) {
        return new ChannelException(Kind.CLOCK, "the relay's certificates are out of their time", cause, skew);
    }

    public Kind kind() {
        return kind;
    }

    /**
     * For {@link Kind#CLOCK}: how far ahead of ours a clock must be, at least, by which the relay's certificates are in
     * their time; negative if such a clock is behind ours. As in {@link LinkProperties#clockSkew}.
     */
    public Optional<Duration> clockSkew() {
        return Optional.ofNullable(clockSkew);
    }
}
