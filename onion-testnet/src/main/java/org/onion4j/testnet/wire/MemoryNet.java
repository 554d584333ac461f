package org.onion4j.testnet.wire;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.wire.WireFaults.Verdict;

/**
 * A network in memory: hosts with addresses of their own, and connections between them that use nothing of the operating
 * system. Relays use {@link #host}; clients, which block, use {@link #connector}; {@link #pair} joins the two kinds.
 * Threading: any thread.
 */
public final class MemoryNet implements AutoCloseable {
    /** How long an event-driven host waits for an answer to its attempt to connect; about as long as operating systems do. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(127);

    private static final int FIRST_FREE_PORT = 32768;
    private static final int FREE_PORTS = 28000;

    private final WireFaults faults;
    private final BlockedSockets blocked;
    private final Map<InetSocketAddress, Listening> listening = new ConcurrentHashMap<>();
    private final AtomicInteger ports = new AtomicInteger();

    /** A net of no hosts. */
    public MemoryNet(NetworkTime time, WireFaults faults) {
        this.faults = faults;
        this.blocked = new BlockedSockets(time);
    }

    /** The net as a host with this address sees it; the name is for faults. */
    public WireNet host(String name, InetAddress address) {
        return new Host(name, address);
    }

    /** Connects sockets from a host with this address; the name is for faults. Timeouts are by the network's time. */
    public SocketConnector connector(String name, InetAddress address) {
        return connector(name, address, Activity.NONE);
    }

    /** The same for threads that something counts as at work: it learns when they wait. */
    public SocketConnector connector(String name, InetAddress address, Activity activity) {
        faults.onBlockingHost(name);
        return new Connector(name, address, activity);
    }

    /** A wire and a socket that are connected to each other, with these addresses. Faults have no part in it. */
    public WireAndSocket pair(Loop loop, InetSocketAddress wireEnd, InetSocketAddress socketEnd) {
        MemoryPipe toSocket = new MemoryPipe();
        MemoryPipe toWire = new MemoryPipe();
        MemorySocket socket = new MemorySocket(blocked, socketEnd, Activity.NONE);
        socket.attach(toSocket, toWire, wireEnd);
        return new WireAndSocket(new MemoryWire(loop, toWire, toSocket, wireEnd, socketEnd), socket);
    }

    /** Both ends of a connection, see {@link #pair}. */
    public record WireAndSocket(Wire wire, Socket socket) {}

    /** Ends all listening. Connections go on until their ends are closed. */
    @Override
    public void close() {
        listening.clear();
        blocked.close();
    }

    private InetSocketAddress newAddress(InetAddress host) {
        return new InetSocketAddress(host, FIRST_FREE_PORT + Math.floorMod(ports.getAndIncrement(), FREE_PORTS));
    }

    private record Listening(String host, Loop loop, Consumer<Wire> accept) {
        void accept(Wire wire, WireFaults faults) {
            loop.execute(() -> accept.accept(faults.onWire(host, wire, loop)));
        }
    }

    private final class Host implements WireNet {
        private final String name;
        private final InetAddress address;

        Host(String name, InetAddress address) {
            this.name = name;
            this.address = address;
        }

        @Override
        public WireServer listen(InetSocketAddress local, Loop loop, Consumer<Wire> accept) throws IOException {
            if (!local.getAddress().equals(address) && !local.getAddress().isAnyLocalAddress()) {
                throw new BindException("not an address of this host");
            }
            InetSocketAddress at =
                    local.getPort() == 0 ? newAddress(address) : new InetSocketAddress(address, local.getPort());
            Listening entry = new Listening(name, loop, accept);
            if (listening.putIfAbsent(at, entry) != null) {
                throw new BindException("Address already in use");
            }
            faults.onAddress(name, at, true);
            return new WireServer() {
                @Override
                public InetSocketAddress address() {
                    return at;
                }

                @Override
                public void close() {
                    listening.remove(at, entry);
                }
            };
        }

        @Override
        public void connect(InetSocketAddress to, Loop loop, WireConnected callback) {
            InetSocketAddress from = newAddress(address);
            faults.onAddress(name, from, false);
            Verdict verdict = faults.onConnect(name, to);
            if (verdict == Verdict.IGNORE) {
                loop.schedule(() -> callback.onFailed(new ConnectException("Connection timed out")), CONNECT_TIMEOUT);
                return;
            }
            Listening server = verdict == Verdict.REFUSE ? null : listening.get(to);
            if (server == null) {
                loop.execute(() -> callback.onFailed(new ConnectException("Connection refused")));
                return;
            }
            MemoryPipe there = new MemoryPipe();
            MemoryPipe back = new MemoryPipe();
            Wire ours = new MemoryWire(loop, back, there, from, to);
            server.accept(new MemoryWire(server.loop(), there, back, to, from), faults);
            loop.execute(() -> callback.onConnected(faults.onWire(name, ours, loop)));
        }
    }

    private final class Connector implements SocketConnector {
        private final String name;
        private final InetAddress address;
        private final Activity activity;

        Connector(String name, InetAddress address, Activity activity) {
            this.name = name;
            this.address = address;
            this.activity = activity;
        }

        @Override
        public Socket connect(InetSocketAddress to, int timeoutMillis) throws IOException {
            return connect(to, timeoutMillis, socket -> {});
        }

        @Override
        public Socket connect(InetSocketAddress to, int timeoutMillis, Consumer<? super Socket> beforehand)
                throws IOException {
            checkArgument(!to.isUnresolved(), "a name would have to be resolved");
            InetSocketAddress from = newAddress(address);
            faults.onAddress(name, from, false);
            MemorySocket socket = new MemorySocket(blocked, from, activity);
            beforehand.accept(socket);
            Verdict verdict = faults.onConnect(name, to);
            if (verdict == Verdict.IGNORE) {
                socket.awaitClose(timeoutMillis);
                throw new SocketTimeoutException("Connect timed out");
            }
            Listening server = verdict == Verdict.REFUSE ? null : listening.get(to);
            if (server == null) {
                throw new ConnectException("Connection refused");
            }
            MemoryPipe there = new MemoryPipe();
            MemoryPipe back = new MemoryPipe();
            socket.attach(back, there, to);
            server.accept(new MemoryWire(server.loop(), there, back, to, from), faults);
            return socket;
        }
    }
}
