package org.onion4j.crypto.primitive;

/**
 * A key derivation function at work: a long string of secret bytes, given out from its beginning. Not for more than one
 * thread.
 */
public interface KeyExpansion extends AutoCloseable {
    /**
     * Writes the next bytes over the whole array, which is the caller's to wipe.
     *
     * @throws IllegalStateException if it is closed, or the function cannot give that many
     */
    void fill(byte[] target);

    /** Wipes the state as far as possible. Doing so again has no effect. */
    @Override
    void close();
}
