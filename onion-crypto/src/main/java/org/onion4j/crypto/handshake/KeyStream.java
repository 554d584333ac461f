package org.onion4j.crypto.handshake;

import org.onion4j.crypto.bytes.SecretBytes;

/**
 * The key material that a handshake agreed on, taken piece by piece from its beginning. Not for more than one thread.
 */
public interface KeyStream extends AutoCloseable {
    /**
     * The next {@code length} bytes, which the caller owns and closes.
     *
     * @throws IllegalStateException if the stream is closed, or asked for more than its derivation can give (5100 bytes
     *     in all at least)
     */
    SecretBytes next(int length);

    /** Wipes what the material is derived from. Doing so again has no effect. */
    @Override
    void close();
}
