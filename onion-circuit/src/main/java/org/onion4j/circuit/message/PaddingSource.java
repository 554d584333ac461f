package org.onion4j.circuit.message;

/**
 * Where the random bytes behind a relay message come from. The hop that receives a message must not be able to tell its
 * digest without having it, so the bytes must be unpredictable to a peer who saw all earlier ones; but there are some of
 * them in nearly every cell, so they must be cheap. Calls come from one thread at a time, under the lock that orders the
 * circuit's outgoing cells.
 */
@FunctionalInterface
public interface PaddingSource {
    /** Overwrites {@code length} bytes of the array from {@code offset}. */
    void fill(byte[] target, int offset, int length);
}
