package org.onion4j.testnet.world;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destinations of a network: their names, the addresses that the names have, and who serves. Addresses come from
 * 198.18.0.0/15, which no host has, in the order in which names appear.
 *
 * <p>Threading: any thread; the maps are guarded by the lock.
 */
public final class Destinations implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Destinations.class);
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\\.[a-z0-9_]([a-z0-9_-]{0,62}))*");
    private static final int FIRST_ADDRESS = 0xc6120001; // 198.18.0.1

    /** Serves one connection, on a thread that may block. */
    @FunctionalInterface
    public interface Server {
        void serve(Socket socket) throws IOException;
    }

    private final HandlerPool pool = new HandlerPool();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, InetAddress> names = new HashMap<>();
    private final Map<InetAddress, String> reverse = new HashMap<>();
    private final Map<InetSocketAddress, Entry> entries = new HashMap<>();
    private boolean closed;

    /**
     * Registers a destination.
     *
     * @throws IllegalArgumentException if there is one, or it is no name or port
     */
    public Entry add(String host, int port, Server server) {
        checkArgument(port >= 1 && port <= 65535, "%s is no port", port);
        boolean literal = InetAddresses.isInetAddress(host);
        checkArgument(literal || NAME.matcher(host).matches(), "'%s' is no name in lower case", host);
        lock.lock();
        try {
            checkArgument(!closed, "the network has been closed");
            InetAddress address = literal ? InetAddresses.forString(host) : addressOf(host);
            Entry entry = new Entry(host, new InetSocketAddress(address, port), server);
            checkArgument(
                    entries.putIfAbsent(entry.address, entry) == null, "there is a destination %s:%s", host, port);
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private InetAddress addressOf(String name) {
        InetAddress known = names.get(name);
        if (known != null) {
            return known;
        }
        InetAddress address = InetAddresses.fromInteger(FIRST_ADDRESS + names.size());
        names.put(name, address);
        reverse.put(address, name);
        return address;
    }

    /** The address of a name. */
    public Optional<InetAddress> resolve(String name) {
        lock.lock();
        try {
            return Optional.ofNullable(names.get(name));
        } finally {
            lock.unlock();
        }
    }

    /** The name of an address. */
    public Optional<String> reverse(InetAddress address) {
        lock.lock();
        try {
            return Optional.ofNullable(reverse.get(address));
        } finally {
            lock.unlock();
        }
    }

    /** Whether an address belongs to a name or a destination of this network. */
    public boolean isOurs(InetAddress address) {
        lock.lock();
        try {
            return reverse.containsKey(address)
                    || entries.keySet().stream()
                            .anyMatch(one -> one.getAddress().equals(address));
        } finally {
            lock.unlock();
        }
    }

    /** Who serves at an address. */
    public Optional<Entry> at(InetSocketAddress address) {
        lock.lock();
        try {
            return Optional.ofNullable(entries.get(address));
        } finally {
            lock.unlock();
        }
    }

    /** Closes all connections and waits a moment for those who serve. */
    @Override
    public void close() {
        Entry[] all;
        lock.lock();
        try {
            closed = true;
            all = entries.values().toArray(new Entry[0]);
        } finally {
            lock.unlock();
        }
        for (Entry entry : all) {
            entry.close();
        }
        pool.close();
    }

    /** One destination. */
    public final class Entry implements AutoCloseable {
        private final String host;
        private final InetSocketAddress address;
        private final Server server;
        private final AtomicInteger accepted = new AtomicInteger();
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();

        private Entry(String host, InetSocketAddress address, Server server) {
            this.host = host;
            this.address = address;
            this.server = server;
        }

        public String host() {
            return host;
        }

        public InetSocketAddress address() {
            return address;
        }

        /** How many connections there have been. */
        public int accepted() {
            return accepted.get();
        }

        /** Takes a connection, which waits for a thread if need be. */
        void accept(Socket socket) {
            accepted.incrementAndGet();
            open.add(socket);
            if (!pool.execute(() -> run(socket))) {
                end(socket, true);
            }
        }

        private void run(Socket socket) {
            boolean done = false;
            try {
                server.serve(socket);
                done = true;
            } catch (IOException e) {
                log.debug("a destination's connection has failed", e);
            } finally {
                end(socket, !done);
            }
        }

        /** @param abruptly whether the other side is to see a reset */
        private void end(Socket socket, boolean abruptly) {
            open.remove(socket);
            try {
                if (abruptly) {
                    socket.setSoLinger(true, 0);
                }
                socket.close();
            } catch (IOException e) {
                log.debug("a destination's connection was broken", e);
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                entries.remove(address, this);
            } finally {
                lock.unlock();
            }
            open.forEach(socket -> end(socket, true));
        }
    }
}
