package org.onion4j.testnet;

import java.util.ArrayList;
import java.util.List;
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
    private final Supplier<OnionClient.Builder> builders;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<OnionClient> given = new ArrayList<>();
    private OnionClient shared;
    private boolean closed;

    NetworkClients(Supplier<OnionClient.Builder> builders) {
        this.builders = builders;
    }

    OnionClient.Builder builder() {
        return builders.get();
    }

    OnionClient another() throws OnionException {
        OnionClient made = builder().build();
        boolean late;
        lock.lock();
        try {
            late = closed;
            if (!late) {
                given.add(made);
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

    @Override
    public void close() {
        List<OnionClient> all;
        lock.lock();
        try {
            closed = true;
            all = List.copyOf(given);
            given.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(OnionClient::close);
    }
}
