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

    private static final class Search {
        private final CompletableFuture<Found> found = new CompletableFuture<>(); // cancelled when nobody waits
        private int waiting; // guarded by lock
    }

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
     * The descriptor of a service: the one that we have, or one that is looked for. Who cancels the future doesn't wait any
     * more; the search ends when nobody does.
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
        Optional<Found> known;
        Search search = null;
        boolean fresh = false;
        lock.lock();
        try {
            known = known(keys);
            if (!known.isPresent() || than.equals(known.map(Found::descriptor))) {
                search = searches.get(address);
                fresh = search == null;
                if (fresh) {
                    search = new Search();
                    searches.put(address, search);
                }
                search.waiting++;
            }
        } finally {
            lock.unlock();
        }
        if (search == null) {
            mine.complete(known.get());
            return;
        }
        Search joined = search;
        joined.found.whenComplete((found, failure) -> {
            if (failure == null) {
                mine.complete(found);
            } else {
                mine.completeExceptionally(Futures.cause(failure));
            }
        });
        mine.whenComplete((found, failure) -> leave(address, joined));
        if (fresh) {
            begin(keys, now, known.map(Found::descriptor), joined);
        }
    }

    private void begin(ServiceKeys keys, DirectoryRing now, Optional<Descriptor> known, Search search) {
        try {
            CompletableFuture<Descriptor> fetch = DescriptorFetch.start(
                    environment,
                    new DescriptorFetch.Wanted(keys, () -> clientKeys.apply(keys.address()), known),
                    now.toFetch(keys.blindedKey()));
            Futures.endWith(search.found, fetch);
            fetch.whenComplete((descriptor, failure) -> onEnd(keys, search, descriptor, failure));
        } catch (RuntimeException e) {
            onEnd(keys, search, null, e);
        }
    }

    private void leave(OnionAddress address, Search search) {
        boolean unwanted;
        lock.lock();
        try {
            search.waiting--;
            unwanted = search.waiting == 0 && !search.found.isDone();
            if (unwanted) {
                searches.remove(address, search);
            }
        } finally {
            lock.unlock();
        }
        if (unwanted) {
            search.found.cancel(false);
        }
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
            search.found.complete(found);
        } else {
            search.found.completeExceptionally(Futures.cause(failure));
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
