package org.onion4j.testnet.world;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import com.google.common.primitives.Ints;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The destinations of a network: their names, the addresses that the names have, and who serves. Addresses come from
 * 198.18.0.0/15 and, if wanted, from 2001:2::/48, which no hosts have, in the order in which names appear.
 *
 * <p>Threading: any thread; the maps are guarded by the lock.
 */
public final class Destinations implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Destinations.class);
    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\\.[a-z0-9_]([a-z0-9_-]{0,62}))*");
    private static final int FIRST_ADDRESS = 0xc6120001; // 198.18.0.1
    private static final byte[] IPV6_PREFIX = {0x20, 0x01, 0x00, 0x02};
    private static final int IPV6_LEN = 16;
    /** Connections that are served at once. */
    private static final int MAX_HANDLERS = 512;

    private static final int MAX_FAILURES = 16;

    /** Serves one connection, on a thread that may block. */
    @FunctionalInterface
    public interface Server {
        void serve(Socket socket) throws IOException;
    }

    private final HandlerPool pool;
    private final Deque<String> failures = new ConcurrentLinkedDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final boolean ipv6;
    private final Map<String, ImmutableList<InetAddress>> names = new HashMap<>(); // IPv4 first
    private final Map<InetAddress, String> reverse = new HashMap<>();
    private final Map<InetSocketAddress, Entry> entries = new HashMap<>();
    private int next = FIRST_ADDRESS;
    private boolean closed;

    /** @param ipv6 whether names have an address of that kind, too */
    public Destinations(boolean ipv6) {
        this(ipv6, MAX_HANDLERS);
    }

    Destinations(boolean ipv6, int maxHandlers) {
        this.ipv6 = ipv6;
        this.pool = new HandlerPool(maxHandlers);
    }

    /** What has gone wrong with those who serve, the first few. */
    public ImmutableList<String> failures() {
        return ImmutableList.copyOf(failures);
    }

    private void failed(Entry entry, String what) {
        String failure = "destination " + entry.host() + ":" + entry.address().getPort() + ": " + what;
        log.warn("{}", failure);
        if (failures.size() < MAX_FAILURES) {
            failures.add(failure);
        }
    }

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
            checkState(!closed, "the network has been closed");
            ImmutableList<InetAddress> addresses =
                    literal ? ImmutableList.of(InetAddresses.forString(host)) : addressesOf(host);
            Entry entry = new Entry(host, port, addresses, server);
            for (InetAddress address : addresses) {
                Entry other = entries.get(new InetSocketAddress(address, port));
                checkArgument(other == null, "%s:%s: there is a destination at %s", host, port, address);
            }
            addresses.forEach(address -> entries.put(new InetSocketAddress(address, port), entry));
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private ImmutableList<InetAddress> addressesOf(String name) {
        ImmutableList<InetAddress> known = names.get(name);
        if (known != null) {
            return known;
        }
        while (isOurs(InetAddresses.fromInteger(next))) { // as a destination without a name
            next++;
        }
        int number = next++;
        ImmutableList.Builder<InetAddress> made = ImmutableList.builder();
        made.add(InetAddresses.fromInteger(number));
        if (ipv6) {
            made.add(ipv6(number));
        }
        ImmutableList<InetAddress> addresses = made.build();
        names.put(name, addresses);
        addresses.forEach(address -> reverse.put(address, name));
        return addresses;
    }

    private static InetAddress ipv6(int number) {
        byte[] bytes = Arrays.copyOf(IPV6_PREFIX, IPV6_LEN);
        System.arraycopy(Ints.toByteArray(number), 0, bytes, IPV6_LEN - Integer.BYTES, Integer.BYTES);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("sixteen bytes are an address", e);
        }
    }

    /** The addresses of a name, none if it has none. */
    public ImmutableList<InetAddress> resolve(String name) {
        lock.lock();
        try {
            return names.getOrDefault(name, ImmutableList.of());
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
            all = entries.values().stream().distinct().toArray(Entry[]::new);
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
        private final int port;
        private final ImmutableList<InetAddress> addresses;
        private final Server server;
        private final AtomicInteger accepted = new AtomicInteger();
        private final Set<Socket> open = ConcurrentHashMap.newKeySet();

        private Entry(String host, int port, ImmutableList<InetAddress> addresses, Server server) {
            this.host = host;
            this.port = port;
            this.addresses = addresses;
            this.server = server;
        }

        public String host() {
            return host;
        }

        /** The first one: IPv4 where there are both. */
        public InetSocketAddress address() {
            return new InetSocketAddress(addresses.get(0), port);
        }

        /** How many connections there have been. */
        public int accepted() {
            return accepted.get();
        }

        /** Takes a connection, or resets it if too many are served. */
        void accept(Socket socket) {
            accepted.incrementAndGet();
            open.add(socket);
            if (!pool.execute(() -> run(socket))) {
                failed(this, "a connection was reset, since too many are served at once");
                end(socket, true);
            }
        }

        private void run(Socket socket) {
            boolean done = false;
            try {
                server.serve(socket);
                done = true;
            } catch (SocketException e) {
                log.debug("a destination's connection has failed", e);
            } catch (IOException | RuntimeException | Error e) {
                if (!socket.isClosed()) { // which is how a handler learns of the end
                    log.debug("a handler failed", e);
                    failed(this, "its handler failed: " + e);
                }
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
                addresses.forEach(address -> entries.remove(new InetSocketAddress(address, port), this));
            } finally {
                lock.unlock();
            }
            open.forEach(socket -> end(socket, true));
        }
    }
}
