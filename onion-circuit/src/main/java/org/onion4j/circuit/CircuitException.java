package org.onion4j.circuit;

import java.io.IOException;
import java.util.Optional;
import org.onion4j.circuit.cell.DestroyReason;

/** A circuit could not be built, or is closed. It takes its streams with it. */
public final class CircuitException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What a caller may want to tell apart. */
    public enum Kind {
        /** A relay's answer to a handshake was false. */
        HANDSHAKE,
        /** A relay closed the circuit, or the part of it behind itself; the reason is its own word. */
        DESTROYED,
        /** The channel below it is gone; the cause tells why. */
        CHANNEL,
        /** A relay broke the rules of the protocol. */
        PROTOCOL,
        /** It was not built in time. */
        TIMEOUT,
        /** It held the data that had waited longest when the buffers of the client held more than they may. */
        MEMORY,
        /** We could not go on, whatever the relays did: no randomness, or a bug of ours. */
        LOCAL,
        /** A limit of the protocol: the circuit, which goes on, can have no further hop or stream. */
        LIMIT,
        /** We closed it. */
        CLOSED
    }

    private final Kind kind;
    private final transient DestroyReason reason;

    public CircuitException(Kind kind, String message) {
        this(kind, message, null);
    }

    public CircuitException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.reason = null;
    }

    private CircuitException(DestroyReason reason, String message) {
        super(message + ": " + reason);
        this.kind = Kind.DESTROYED;
        this.reason = reason;
    }

    static CircuitException destroyed(DestroyReason reason) {
        return new CircuitException(reason, "a relay closed the circuit");
    }

    static CircuitException truncated(DestroyReason reason) {
        return new CircuitException(reason, "a relay cut the circuit off behind itself");
    }

    static CircuitException protocol(String what) {
        return new CircuitException(Kind.PROTOCOL, what);
    }

    public Kind kind() {
        return kind;
    }

    /** The relay's reason, for {@link Kind#DESTROYED}. */
    public Optional<DestroyReason> reason() {
        return Optional.ofNullable(reason);
    }
}
