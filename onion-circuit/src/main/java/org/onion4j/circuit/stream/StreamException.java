package org.onion4j.circuit.stream;

import java.io.IOException;
import java.util.Optional;
import org.onion4j.circuit.message.End;

/** A stream failed, or could not be opened. Says nothing of where it went. */
public final class StreamException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What a caller may want to tell apart. */
    public enum Kind {
        /** The far end ended the stream, with the reason in {@link StreamException#end}. */
        ENDED,
        /** The circuit below it is gone; the cause tells why. */
        CIRCUIT,
        /** It did not open, or nothing could be read or written, in time. */
        TIMEOUT,
        /** It has been closed on this side. */
        CLOSED
    }

    private final Kind kind;
    private final transient End end;

    private StreamException(Kind kind, String message, Throwable cause, End end) {
        super(message, cause);
        this.kind = kind;
        this.end = end;
    }

    /** The far end sent END. */
    public static StreamException ended(End end) {
        return new StreamException(Kind.ENDED, "the far end ended the stream: " + end.reason(), null, end);
    }

    /** The stream, or one yet to be opened, has lost its circuit. */
    public static StreamException circuit(Throwable cause) {
        return new StreamException(Kind.CIRCUIT, "the stream's circuit is closed", cause, null);
    }

    /** What had arrived was dropped, for want of memory, before anybody read it. */
    static StreamException dropped() {
        return new StreamException(Kind.CIRCUIT, "too much data had arrived that nobody read", null, null);
    }

    /** Something did not happen in time. */
    public static StreamException timeout(String what) {
        return new StreamException(Kind.TIMEOUT, what + " took too long", null, null);
    }

    static StreamException closed() {
        return new StreamException(Kind.CLOSED, "the stream has been closed", null, null);
    }

    /** The same failure, for a further caller: with that caller's stack. */
    StreamException again() {
        StreamException copy = new StreamException(kind, getMessage(), getCause(), end);
        copy.addSuppressed(this);
        return copy;
    }

    public Kind kind() {
        return kind;
    }

    /** The END message, for {@link Kind#ENDED}. */
    public Optional<End> end() {
        return Optional.ofNullable(end);
    }
}
