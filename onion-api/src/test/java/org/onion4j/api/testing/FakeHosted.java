package org.onion4j.api.testing;

import com.google.common.collect.ImmutableSet;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.onion4j.api.internal.HostedService;
import org.onion4j.crypto.bytes.Bytes;
import org.onion4j.crypto.onion.OnionAddress;

/** A service that does nothing, and remembers what it was told. */
public final class FakeHosted implements HostedService {
    private final OnionAddress address;
    private final CompletableFuture<Void> published = new CompletableFuture<>();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final List<ImmutableSet<Bytes>> clients = new CopyOnWriteArrayList<>();
    private final List<Duration> graces = new CopyOnWriteArrayList<>();

    public FakeHosted(OnionAddress address) {
        this.address = address;
    }

    @Override
    public OnionAddress address() {
        return address;
    }

    @Override
    public CompletableFuture<Void> published() {
        return published;
    }

    @Override
    public void setClients(ImmutableSet<Bytes> now) {
        clients.add(now);
    }

    /** All sets of clients it was told of. */
    public List<ImmutableSet<Bytes>> clients() {
        return clients;
    }

    /** Stops at once if it has no time; else when the test says so. */
    @Override
    public CompletableFuture<Void> stop(Duration grace) {
        graces.add(grace);
        if (grace.isZero()) {
            stopped.complete(null);
        }
        return stopped;
    }

    /** The times that it was given to stop. */
    public List<Duration> graces() {
        return graces;
    }

    public CompletableFuture<Void> stopped() {
        return stopped;
    }
}
