package org.onion4j.hs.client;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.onion4j.crypto.onion.OnionAddress;
import org.onion4j.crypto.onion.ServiceKeys;
import org.onion4j.crypto.primitive.X25519;
import org.onion4j.directory.guard.TimeSource;
import org.onion4j.directory.guard.TimeSource.Moment;
import org.onion4j.directory.path.NoPathException;
import org.onion4j.directory.path.Position;
import org.onion4j.directory.view.NetworkView;
import org.onion4j.hs.descriptor.Descriptor;
import org.onion4j.hs.ring.DirectoryRing;
import org.onion4j.hs.ring.RingTimes;

/**
 * The descriptors that we have, and the searches for others; one search for a service at a time, whoever waits for it. A
 * descriptor is good as long as its time period lasts and its lifetime since it came. Any thread; guarded by one lock,
 * under which nothing is waited for.
 */
final class Descriptors {
    private static final int MAX_KEPT = 256;

    /** A descriptor and what it belongs to. */
    record Found(ServiceKeys keys, Descriptor descriptor) {}

    private record Kept(Found found, Moment since) {}

    private record Search(CompletableFuture<Descriptor> fetch, CompletableFuture<Found> found) {}

    private record Ring(NetworkView view, DirectoryRing ring) {}

    private final ClientEnvironment environment;
    private final TimeSource time;
    private final Function<OnionAddress, Optional<X25519>> clientKeys;
    private final ReentrantLock lock = new ReentrantLock();
    private final Cache<OnionAddress, Kept> kept =
            CacheBuilder.newBuilder().maximumSize(MAX_KEPT).build(); // guarded by lock
    private final Map<OnionAddress, Search> searches = new HashMap<>(); // guarded by lock
    private Optional<Ring> ring = Optional.empty(); // guarded by lock

    /** @param clientKeys the key of an authorized client for a service, each time as a pair to be closed */
    Descriptors(ClientEnvironment environment, TimeSource time, Function<OnionAddress, Optional<X25519>> clientKeys) {
        this.environment = environment;
        this.time = time;
        this.clientKeys = clientKeys;
    }

    /**
     * The descriptor of a service: the one that we have, or one that is looked for.
     *
     * @param than not this one, which turned out to be of no use
     */
    CompletableFuture<Found> get(OnionAddress address, Optional<Descriptor> than) {
        CompletableFuture<Found> mine = new CompletableFuture<>();
        Optional<NetworkView> view = environment.circuits().view();
        if (!view.isPresent()) {
            return Futures.failed(
                    new NoPathException(Position.MIDDLE, NoPathException.Lack.NO_RELAY, "no network is known yet"));
        }
        // The keys cost a millisecond: not on whoever's thread this is.
        try {
            environment.executor().execute(() -> {
                try {
                    DirectoryRing now = ring(view.get());
                    find(ServiceKeys.of(address, now.period()), now, than, mine);
                } catch (RuntimeException e) {
                    mine.completeExceptionally(e);
                }
            });
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
        }
        return mine;
    }

    private DirectoryRing ring(NetworkView view) {
        lock.lock();
        try {
            if (!ring.isPresent() || ring.get().view() != view) {
                RingTimes.Slot slot = RingTimes.of(view, environment.testing()).forClient();
                ring = Optional.of(new Ring(view, DirectoryRing.of(view, slot)));
            }
            return ring.get().ring();
        } finally {
            lock.unlock();
        }
    }

    private void find(ServiceKeys keys, DirectoryRing now, Optional<Descriptor> than, CompletableFuture<Found> mine) {
        OnionAddress address = keys.address();
        Optional<Found> had = Optional.empty();
        Search search = null;
        boolean fresh = false;
        lock.lock();
        try {
            Optional<Found> known = known(keys);
            if (known.isPresent() && !than.equals(known.map(Found::descriptor))) {
                had = known;
            } else {
                search = searches.get(address);
                if (search == null) {
                    search = new Search(
                            DescriptorFetch.start(
                                    environment,
                                    new DescriptorFetch.Wanted(
                                            keys, () -> clientKeys.apply(address), known.map(Found::descriptor)),
                                    now.toFetch(keys.blindedKey())),
                            new CompletableFuture<>());
                    searches.put(address, search);
                    fresh = true;
                }
            }
        } finally {
            lock.unlock();
        }
        if (had.isPresent()) {
            mine.complete(had.get());
            return;
        }
        if (fresh) {
            Search mySearch = search;
            mySearch.fetch().whenComplete((descriptor, failure) -> onEnd(keys, mySearch, descriptor, failure));
        }
        search.found().whenComplete((found, failure) -> {
            if (failure == null) {
                mine.complete(found);
            } else {
                mine.completeExceptionally(Futures.cause(failure));
            }
        });
    }

    private Optional<Found> known(ServiceKeys keys) {
        Kept one = kept.getIfPresent(keys.address());
        boolean good = one != null
                && one.found().keys().period().equals(keys.period())
                && !one.since().isOlderThan(one.found().descriptor().lifetime(), time.now());
        return good ? Optional.of(one.found()) : Optional.empty();
    }

    private void onEnd(ServiceKeys keys, Search search, Descriptor descriptor, Throwable failure) {
        Found found = failure == null ? new Found(keys, descriptor) : null;
        lock.lock();
        try {
            boolean current = searches.remove(keys.address(), search); // else its key has changed meanwhile
            if (found != null && current) {
                kept.put(keys.address(), new Kept(found, time.now()));
            }
        } finally {
            lock.unlock();
        }
        if (found != null) {
            search.found().complete(found);
        } else {
            search.found().completeExceptionally(Futures.cause(failure));
        }
    }

    /**
     * The key for a service has changed: what couldn't be read may be readable now, or not any more. What a search under
     * way finds is for those alone who wait for it.
     */
    void forget(OnionAddress address) {
        lock.lock();
        try {
            kept.invalidate(address);
            searches.remove(address);
        } finally {
            lock.unlock();
        }
    }
}
