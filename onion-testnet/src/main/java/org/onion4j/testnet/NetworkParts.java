package org.onion4j.testnet;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkNotNull;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.base.Ticker;
import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private static final Duration LOOP_LIMIT = Duration.ofSeconds(30);
    private static final Duration REPORT_LIMIT = Duration.ofSeconds(5);
    private static final int MEMORY_OR_PORT = 9001;
    private static final InetAddress LOOPBACK = InetAddresses.forString("127.0.0.1");
    static final int FIRST_CLIENT_ADDRESS = 0x0ac80001; // 10.200.0.1

    private final NetworkPlan plan;
    private final NetworkTime time;
    private final TestTime testTime;
    private final List<EventLoop> loops = new ArrayList<>();
    private final List<LoopCalls> calls = new ArrayList<>(); // to each of the loops
    private final FaultBoard faults;
    private final MemoryNet memory;
    private final Destinations world;
    private final ActivityTracker activity;
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
        this.testTime = new TestTime(time, Ticker.systemTicker(), closed::get);
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
            EventLoop loop = plan.place() == NetworkPlan.Place.MEMORY
                    ? EventLoop.start(name, time)
                    : SelectorLoop.open(name, time);
            loops.add(loop);
            calls.add(new LoopCalls(loop, LOOP_LIMIT));
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
                    calls.get(i % LOOPS),
                    memory.host(name, address),
                    faults,
                    new InetSocketAddress(address, MEMORY_OR_PORT),
                    new WorldExits(world, memory, address, Optional.empty()));
        }
        WireNet net = new NioNet(name, faults);
        return new RelayHost.Place(
                loop,
                calls.get(i % LOOPS),
                net,
                faults,
                new InetSocketAddress(LOOPBACK, 0),
                new WorldExits(world, memory, LOOPBACK, Optional.of(net)));
    }

    void partition(Collection<TestRelay> relays, List<OnionClient> clientsThere) {
        List<String> side = new ArrayList<>();
        relays.forEach(relay -> side.add(ours(relay).nickname()));
        clientsThere.forEach(client -> side.add(host(clients.hostOf(checkNotNull(client, "client")))));
        faults.split(side);
    }

    void partition(TestRelay a, TestRelay b) {
        ours(a).host().partition(ours(b).host());
    }

    void join(TestRelay a, TestRelay b) {
        ours(a).host().join(ours(b).host());
        spreadDocuments();
    }

    private TestRelay ours(TestRelay relay) {
        checkNotNull(relay, "relay");
        checkArgument(relays.contains(relay), "%s is a relay of another network", relay.nickname());
        return relay;
    }

    void join() {
        faults.healAll();
        spreadDocuments();
    }

    void spreadDocuments() {
        hosts.get(0).onLoop(directory::spread);
    }

    /** A client that runs on something else in part. */
    OnionClient.Builder clientBuilder(UnaryOperator<Environment> change) {
        return clients.builder(change);
    }

    private OnionClient.Builder clientBuilder(int number, UnaryOperator<Environment> change, ClientDoor.Owner owner) {
        SocketConnector connector =
                plan.place() == NetworkPlan.Place.MEMORY ? connector(number) : new DirectConnector();
        Environment environment = ClientHost.environment(
                time,
                SeededRandom.of(plan.seed(), host(number)),
                connector,
                plan.place() == NetworkPlan.Place.MEMORY ? activity : Activity.NONE);
        return ClientDoor.builder(change.apply(environment), owner).network(config);
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

    String report() {
        checkState(!time.isInLoop(), "called by the network itself, which would wait for itself");
        return NetworkReporter.report(plan.seed(), time.now(), relays, world.failures(), REPORT_LIMIT);
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
        Checks.destination(host, port, plan.reach());
        checkNotNull(handler, "handler");
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

    /** Each part is ended whatever becomes of the others. */
    @Override
    public void close() {
        checkState(!time.isInLoop(), "called by the network itself, which can't end what it runs on");
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            clients.close();
        } finally {
            try {
                world.close();
            } finally {
                closeLoops();
                memory.close();
                time.unregister(activity);
            }
        }
    }

    /** The relays end with their loops. */
    private void closeLoops() {
        loops.forEach(EventLoop::end);
        loops.forEach(EventLoop::close);
        calls.forEach(LoopCalls::close);
    }
}
