package org.onion4j.hs.service;

import java.util.HashSet;
import java.util.Set;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.primitive.Digests;

/**
 * The introductions that have come through one introduction point, so that none is followed twice (T49). What is told
 * apart is the encrypted part: all else may be changed on the way. Holds 16 bytes of a digest each; who fills it sees to
 * it that it stays small, by remembering only what is authentic and ending the point in time. Not for more than one
 * thread.
 */
final class ReplayCache {
    private static final int KEPT_LEN = 16;

    private final Set<Bytes> seen = new HashSet<>();

    private static Bytes digest(Bytes encrypted) {
        return Digests.sha3(encrypted.toArray()).slice(0, KEPT_LEN);
    }

    boolean contains(Bytes encrypted) {
        return seen.contains(digest(encrypted));
    }

    /** Adds it; says whether it is new. */
    boolean add(Bytes encrypted) {
        return seen.add(digest(encrypted));
    }

    int size() {
        return seen.size();
    }

    void clear() {
        seen.clear();
    }
}
