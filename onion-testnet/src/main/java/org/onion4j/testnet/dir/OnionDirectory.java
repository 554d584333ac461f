package org.onion4j.testnet.dir;

import com.google.common.primitives.UnsignedLong;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.directory.doc.DocumentException;

/**
 * The descriptors of onion services that one relay keeps. Any thread. Spec: rend-spec-v3, "Uploading a descriptor" and
 * "HSDir behavior".
 */
public final class OnionDirectory {
    /** The most descriptors at a time; what has expired is forgotten first, then new ones are refused. */
    private static final int MAX_DESCRIPTORS = 10_000;

    /** Hears of what a directory is offered. On the threads of those who offer; must not block. */
    @FunctionalInterface
    public interface Watcher {
        /**
         * A descriptor that is well-formed and signed was offered, whether it was taken then or not.
         *
         * @param blindedKey 32 bytes
         */
        void offered(Bytes blindedKey, UnsignedLong revision);
    }

    private record Kept(OnionDescriptorEnvelope descriptor, Instant expires) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Bytes, Kept> kept = new HashMap<>(); // by blinded key; guarded by lock
    private volatile Watcher watcher = (blindedKey, revision) -> {};

    /** Tells this one, and no longer any other, from now on. */
    public void watch(Watcher by) {
        watcher = by;
    }

    /**
     * Takes a descriptor.
     *
     * @throws DocumentException if it is faulty, or not newer than the one that is there, or there is no room
     */
    public void store(byte[] text, Instant now) throws DocumentException {
        OnionDescriptorEnvelope descriptor = OnionDescriptorEnvelope.parse(text, now);
        watcher.offered(descriptor.blindedKey(), descriptor.revision());
        lock.lock();
        try {
            Kept known = kept.get(descriptor.blindedKey());
            boolean live = known != null && now.isBefore(known.expires());
            if (live && known.descriptor().revision().compareTo(descriptor.revision()) >= 0) {
                throw new DocumentException("revision counter is not higher than the last one's");
            }
            if (kept.size() >= MAX_DESCRIPTORS) {
                kept.values().removeIf(one -> !now.isBefore(one.expires()));
            }
            if (kept.size() >= MAX_DESCRIPTORS) {
                throw new DocumentException("too many descriptors");
            }
            kept.put(descriptor.blindedKey(), new Kept(descriptor, now.plus(descriptor.lifetime())));
        } finally {
            lock.unlock();
        }
    }

    /**
     * The text of a descriptor that hasn't expired.
     *
     * @param blindedKey 32 bytes
     */
    public Optional<Bytes> find(Bytes blindedKey, Instant now) {
        lock.lock();
        try {
            Kept found = kept.get(blindedKey);
            return found == null || !now.isBefore(found.expires())
                    ? Optional.empty()
                    : Optional.of(found.descriptor().text());
        } finally {
            lock.unlock();
        }
    }

    /** How many descriptors there are, expired ones included. */
    public int size() {
        lock.lock();
        try {
            return kept.size();
        } finally {
            lock.unlock();
        }
    }
}
