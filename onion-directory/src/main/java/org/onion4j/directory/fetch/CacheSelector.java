package org.onion4j.directory.fetch;

import com.google.common.collect.ImmutableList;
import java.util.function.Predicate;
import org.onion4j.crypto.bytes.RsaIdentity;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.directory.view.Relay;

/**
 * Chooses which relays to ask once there is a consensus: directory guards, in a client. Called with a lock of the
 * {@link DirectoryManager} held: it must return at once, and must not call the manager.
 */
public interface CacheSelector {
    /**
     * Relays to ask, the best first, none twice.
     *
     * @param count the most that are of use
     * @param avoid says which ones not to choose
     * @return up to {@code count} relays; none makes the manager ask fallbacks and authorities
     */
    ImmutableList<Relay> caches(NetworkView view, int count, Predicate<RsaIdentity> avoid);

    /** Tells how a request to a relay ended. Called without any lock. */
    void report(RsaIdentity cache, FetchOutcome outcome);
}
