package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;

/**
 * The clients that a network has given out, to be closed with it. Threading: any thread; the fields are guarded by the
 * lock, under which no client is made or closed.
 */
final class NetworkClients implements AutoCloseable {
    /** A client that may be built, and the name of the host that it will be on. */
    record Hosted(String host, OnionClient.Builder builder) {}

    private final Supplier<Hosted> builders;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<OnionClient, String> given = new LinkedHashMap<>(); // to the host of each
    private OnionClient shared;
    private boolean closed;

    NetworkClients(Supplier<Hosted> builders) {
        this.builders = builders;
    }

    OnionClient.Builder builder() {
        return builders.get().builder();
    }

    OnionClient another() throws OnionException {
        Hosted hosted = builders.get();
        OnionClient made = hosted.builder().build();
        boolean late;
        lock.lock();
        try {
            late = closed;
            if (!late) {
                given.put(made, hosted.host());
            }
        } finally {
            lock.unlock();
        }
        if (late) {
            made.close();
            throw new ClientClosedException("the network has been closed", null);
        }
        return made;
    }

    OnionClient shared() throws OnionException {
        lock.lock();
        try {
            if (shared != null) {
                return shared;
            }
        } finally {
            lock.unlock();
        }
        OnionClient made =
                another(); // one too many if two threads come at once: it touches nothing and is closed with the rest
        lock.lock();
        try {
            if (shared == null) {
                shared = made;
            }
            return shared;
        } finally {
            lock.unlock();
        }
    }

    /** Where a client is that this has given. */
    String hostOf(OnionClient client) {
        lock.lock();
        try {
            String host = given.get(client);
            checkArgument(host != null, "not a client that this network has given");
            return host;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<OnionClient> all;
        lock.lock();
        try {
            closed = true;
            all = List.copyOf(given.keySet());
            given.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(OnionClient::close);
    }
}
