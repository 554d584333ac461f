package org.onion4j.circuit.channel;

import java.io.IOException;

/** A channel could not be opened, or is closed. It takes all circuits of the channel with it. */
public final class ChannelException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What a caller may want to tell apart. */
    public enum Kind {
        /** No TCP connection to the address. */
        CONNECT,
        /** The TLS handshake failed. */
        TLS,
        /** The peer broke the rules of the link handshake, or none of our link protocols suits it. */
        HANDSHAKE,
        /** The peer is not the relay that was expected. */
        IDENTITY,
        /** The peer did not finish the handshake in time. */
        TIMEOUT,
        /** The peer, or the network, ended an open channel. */
        LOST,
        /** The peer broke the rules of an open channel. */
        PROTOCOL,
        /** We closed it. */
        CLOSED
    }

    private final Kind kind;

    public ChannelException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public ChannelException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
