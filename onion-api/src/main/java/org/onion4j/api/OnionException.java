package org.onion4j.api;

import java.io.IOException;

/**
 * Why the network did not do what was asked. Each subclass is a cause that a caller would treat differently; the message
 * is for people, in English, and names no destination, address or relay.
 *
 * <p>A blocking call throws an exception of the calling thread's own; its cause is what happened inside. A future fails
 * with the exception itself.
 */
public abstract class OnionException extends IOException {
    private static final long serialVersionUID = 1L;

    OnionException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same failure for another caller: with that caller's stack, and this one as its cause. */
    abstract OnionException again();
}
