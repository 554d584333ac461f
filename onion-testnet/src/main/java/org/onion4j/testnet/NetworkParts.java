package org.onion4j.testnet;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.onion4j.api.NetworkConfig;
import org.onion4j.api.NetworkConfigException;
import org.onion4j.api.OnionClient;
import org.onion4j.api.internal.ClientDoor;
import org.onion4j.api.internal.Environment;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.DirectConnector;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.testnet.client.ActivityTracker;
import org.onion4j.testnet.client.ClientHost;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.loop.SelectorLoop;
import org.onion4j.testnet.wire.FaultBoard;
import org.onion4j.testnet.wire.MemoryNet;
import org.onion4j.testnet.wire.NioNet;
import org.onion4j.testnet.wire.WireNet;
import org.onion4j.testnet.world.Destinations;
import org.onion4j.testnet.world.WorldExits;

/**
 * What a network is made of, put together and taken apart. Threading: any thread, once {@link #start} has returned.
 */
final class NetworkParts implements AutoCloseable {
    private static final int LOOPS = 2; // as many as the machines that tests run on have processors, at least
    private static final int MEMORY_OR_PORT = 9001;
    private static final InetAddress LOOPBACK = InetAddresses.forString("127.0.0.1");
    private static final int FIRST_CLIENT_ADDRESS = 0x0ac80001; // 10.200.0.1

    private final NetworkPlan plan;
    private final NetworkTime time;
    private final TestTime testTime;
    private final List<EventLoop> loops = new ArrayList<>();
    private final FaultBoard faults;
    private final MemoryNet memory;
    private final Destinations world;
    private final ActivityTracker activity;
    private final AtomicInteger clientNumber = new AtomicInteger();
    private final NetworkClients clients = new NetworkClients(this::clientBuilder);
    private final AtomicBoolean closed = new AtomicBoolean();
    private ImmutableList<RelayHost> hosts = ImmutableList.of();
    private ImmutableList<TestRelay> relays = ImmutableList.of();
    private NetworkDirectory directory;
    private NetworkConfig config;
    private String torrc;

    private NetworkParts(NetworkPlan plan) {
        this.plan = plan;
        this.time = plan.pace() == NetworkPlan.Pace.STANDING
                ? NetworkTime.manual(plan.start())
                : NetworkTime.realFrom(plan.start());
        this.testTime = new TestTime(time);
        this.world = new Destinations(plan.reach() == NetworkPlan.Reach.BOTH);
        this.faults = new FaultBoard(time, plan.seed());
        this.memory = new MemoryNet(time, faults);
        this.activity = new ActivityTracker(time);
        time.register(activity);
    }

    /** Starts all of it; what has been started is ended if something fails. */
    static NetworkParts start(NetworkPlan plan) throws TestNetworkException {
        NetworkParts parts = new NetworkParts(plan);
        boolean started = false;
        try {
            parts.begin();
            started = true;
            return parts;
        } catch (IOException e) {
            throw new TestNetworkException("the network could not be started: " + e.getMessage(), e);
        } finally {
            if (!started) {
                parts.close();
            }
        }
    }

    private void begin() throws IOException {
        for (int i = 1; i <= LOOPS; i++) {
            String name = "onion4j-testnet-loop-" + i;
            loops.add(
                    plan.place() == NetworkPlan.Place.MEMORY
                            ? EventLoop.start(name, time)
                            : SelectorLoop.open(name, time));
        }
        List<RelayHost.Place> places = new ArrayList<>();
        for (int i = 0; i < plan.all(); i++) {
            places.add(place(i));
        }
        NetworkMaker.Made made = NetworkMaker.make(plan, places, time);
        hosts = made.hosts();
        relays = made.relays();
        directory = made.directory();
        torrc = made.torrc();
        try {
            config = NetworkConfig.ofTorrc(torrc);
        } catch (NetworkConfigException e) {
            throw new IllegalStateException("the network's own description is no good", e);
        }
    }

    /** Where the i-th relay lives. */
    private RelayHost.Place place(int i) {
        EventLoop loop = loops.get(i % LOOPS);
        String name = plan.nicknames().get(i);
        if (plan.place() == NetworkPlan.Place.MEMORY) {
            InetAddress address = InetAddresses.fromInteger(0x0a000001 + ((i + 1) << 16)); // 10.N.0.1
            return new RelayHost.Place(
                    loop,
                    memory.host(name, address),
                    faults,
                    new InetSocketAddress(address, MEMORY_OR_PORT),
                    new WorldExits(world, memory, address, Optional.empty()));
        }
        WireNet net = new NioNet(name, faults);
        return new RelayHost.Place(
                loop,
                net,
                faults,
                new InetSocketAddress(LOOPBACK, 0),
                new WorldExits(world, memory, LOOPBACK, Optional.of(net)));
    }

    void partition(Collection<TestRelay> relays, List<OnionClient> clientsThere) {
        List<String> side = new ArrayList<>();
        relays.forEach(relay -> side.add(relay.nickname()));
        clientsThere.forEach(client -> side.add(clients.hostOf(client)));
        faults.split(side);
    }

    void join() {
        faults.healAll();
        spreadDocuments();
    }

    void spreadDocuments() {
        hosts.get(0).onLoop(directory::spread);
    }

    private NetworkClients.Hosted clientBuilder() {
        return hosted(environment -> environment);
    }

    /** A client that runs on something else in part. */
    OnionClient.Builder clientBuilder(UnaryOperator<Environment> change) {
        return hosted(change).builder();
    }

    private NetworkClients.Hosted hosted(UnaryOperator<Environment> change) {
        int number = clientNumber.getAndIncrement();
        SocketConnector connector =
                plan.place() == NetworkPlan.Place.MEMORY ? connector(number) : new DirectConnector();
        Environment environment = ClientHost.environment(
                time,
                SeededRandom.of(plan.seed(), host(number)),
                connector,
                plan.place() == NetworkPlan.Place.MEMORY ? activity : Activity.NONE);
        return new NetworkClients.Hosted(
                host(number), ClientDoor.builder(change.apply(environment)).network(config));
    }

    /** A client's connections in memory: its name for faults is "client" and the number. */
    SocketConnector connector(int number) {
        InetAddress address = InetAddresses.fromInteger(FIRST_CLIENT_ADDRESS + number);
        return memory.connector(host(number), address, activity);
    }

    private static String host(int clientNumber) {
        return "client" + clientNumber;
    }

    FaultBoard faults() {
        return faults;
    }

    NetworkTime networkTime() {
        return time;
    }

    NetworkClients clients() {
        return clients;
    }

    TestTime time() {
        return testTime;
    }

    ImmutableList<TestRelay> relays() {
        return relays;
    }

    String torrc() {
        return torrc;
    }

    NetworkConfig config() {
        return config;
    }

    String consensus() {
        return directory.consensus();
    }

    TestDestination serve(String host, int port, DestinationHandler handler) {
        Destinations.Entry entry =
                world.add(host, port, socket -> handler.handle(new DestinationConnection(host, port, socket)));
        return new Served(entry);
    }

    private record Served(Destinations.Entry entry) implements TestDestination {
        @Override
        public String host() {
            return entry.host();
        }

        @Override
        public int port() {
            return entry.address().getPort();
        }

        @Override
        public InetAddress address() {
            return entry.address().getAddress();
        }

        @Override
        public int connections() {
            return entry.accepted();
        }

        @Override
        public void close() {
            entry.close();
        }
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        clients.close();
        hosts.forEach(RelayHost::end);
        world.close();
        loops.forEach(EventLoop::close);
        memory.close();
        time.unregister(activity);
    }
}
