package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.onion4j.api.ClientClosedException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.OnionException;
import org.onion4j.api.internal.ClientDoor;
import org.onion4j.api.internal.Environment;

/**
 * The clients of a network, to be closed with it. Threading: any thread; the fields are guarded by the lock, under which no
 * client is made or closed.
 */
final class NetworkClients implements AutoCloseable {
    /** Makes builders of clients, each on another host, whose clients tell the owner of themselves. */
    interface Source {
        /** Makes one, for clients on the host of that number. */
        OnionClient.Builder builder(int number, UnaryOperator<Environment> change, ClientDoor.Owner owner);
    }

    private final Source source;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<OnionClient, Integer> open = new LinkedHashMap<>(); // to the number of each one's host
    private int hosts;
    private OnionClient shared;
    private boolean closed;

    NetworkClients(Source source) {
        this.source = source;
    }

    /** A builder for clients on a host of their own. */
    OnionClient.Builder builder() {
        return builder(environment -> environment);
    }

    /** The same for clients that run on something else in part. */
    OnionClient.Builder builder(UnaryOperator<Environment> change) {
        int number;
        lock.lock();
        try {
            number = hosts++;
        } finally {
            lock.unlock();
        }
        return source.builder(number, change, new ClientDoor.Owner() {
            @Override
            public void built(OnionClient client) throws OnionException {
                add(client, number);
            }

            @Override
            public void closed(OnionClient client) {
                remove(client);
            }
        });
    }

    private void add(OnionClient client, int host) throws OnionException {
        lock.lock();
        try {
            if (closed) {
                throw new ClientClosedException("the network has been closed", null);
            }
            open.put(client, host);
        } finally {
            lock.unlock();
        }
    }

    private void remove(OnionClient client) {
        lock.lock();
        try {
            open.remove(client);
        } finally {
            lock.unlock();
        }
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
        OnionClient made = builder().build(); // one too many if two threads come at once: it touches nothing
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

    /** The number of the host that a client of this network is on. */
    int hostOf(OnionClient client) {
        lock.lock();
        try {
            Integer host = open.get(client);
            checkArgument(host != null, "not a client of this network that is open");
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
            all = List.copyOf(open.keySet());
        } finally {
            lock.unlock();
        }
        all.forEach(OnionClient::close);
    }
}
