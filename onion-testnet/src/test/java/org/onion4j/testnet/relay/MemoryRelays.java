package org.onion4j.testnet.relay;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.onion4j.circuit.Circuit;
import org.onion4j.circuit.CircuitParameters;
import org.onion4j.circuit.HopTarget;
import org.onion4j.circuit.channel.Channel;
import org.onion4j.circuit.channel.ChannelEnvironment;
import org.onion4j.circuit.channel.ChannelTarget;
import org.onion4j.circuit.runtime.ThreadScheduler;
import org.onion4j.crypto.random.SystemRandom;
import org.onion4j.testnet.keys.RelayIdentity;
import org.onion4j.testnet.keys.SeededRandom;
import org.onion4j.testnet.link.LinkTls;
import org.onion4j.testnet.loop.EventLoop;
import org.onion4j.testnet.loop.NetworkTime;
import org.onion4j.testnet.wire.MemoryNet;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireFaults;

/** Whole relays in memory, with TLS and all, a world of destinations, and the real client's channels and circuits. */
final class MemoryRelays implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final InetAddress CLIENT = RelayKit.address(10, 99, 0, 1);

    final NetworkTime time = NetworkTime.real();
    final EventLoop loop = EventLoop.start("relays", time);
    private final EventLoop worldLoop = EventLoop.start("world", time);
    private final MemoryNet net = new MemoryNet(time, WireFaults.NONE);
    private final MemoryNet world = new MemoryNet(time, WireFaults.NONE);
    private final Map<String, InetAddress> names = new HashMap<>();
    private final LinkTls tls = new LinkTls(new SystemRandom());
    private final List<Node> nodes = new ArrayList<>();
    private final ThreadScheduler scheduler = new ThreadScheduler(MemoryRelays::daemon);
    private final ChannelEnvironment environment = new ChannelEnvironment(
            net.connector("client", CLIENT),
            time.clock(),
            time.ticker(),
            new SystemRandom(),
            scheduler,
            MemoryRelays::daemon,
            PATIENCE);

    record Node(RelayIdentity identity, InetSocketAddress address, Relay relay) {
        HopTarget target(HopTarget.Handshake handshake) {
            return new HopTarget(
                    identity.rsaIdentity(),
                    Optional.of(identity.ed25519Identity()),
                    identity.ntorOnionKey(),
                    (java.net.Inet4Address) address.getAddress(),
                    address.getPort(),
                    handshake,
                    true);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    MemoryRelays(int count) {
        for (int i = 0; i < count; i++) {
            add(RelayScript.HONEST);
        }
    }

    Node add(RelayScript script) {
        int number = nodes.size() + 1;
        InetSocketAddress address = new InetSocketAddress(RelayKit.address(10, number, 0, 1), 9001);
        RelayIdentity identity = new RelayIdentity(SeededRandom.of(number, "identity"), time.now());
        RelayConfig config = RelayConfig.at(address).withScript(script).withExitPolicy(ExitPolicy.ACCEPT_ALL);
        Relay relay = onLoop(() -> Relay.start(
                config,
                identity,
                tls,
                net.host("relay" + number, address.getAddress()),
                loop,
                SeededRandom.of(number, "relay"),
                RelayDirectory.NONE,
                new NetExits(world.host("exit" + number, address.getAddress()), names)));
        Node node = new Node(identity, address, relay);
        nodes.add(node);
        return node;
    }

    int count() {
        return nodes.size();
    }

    Node node(int index) {
        return nodes.get(index);
    }

    /** Makes a destination. */
    void serve(String name, int port, Consumer<Wire> accept) throws IOException {
        InetAddress address = names.computeIfAbsent(name, n -> RelayKit.address(203, 0, 113, 1 + names.size()));
        world.host(name, address).listen(new InetSocketAddress(address, port), worldLoop, accept);
    }

    /** An open channel to a relay. */
    Channel channel(int index) {
        Node node = node(index);
        ChannelTarget target = new ChannelTarget(
                node.address, node.identity.rsaIdentity(), Optional.of(node.identity.ed25519Identity()));
        return get(Channel.open(target, environment).opened());
    }

    /** A circuit through the relays of these indexes. */
    Circuit circuit(HopTarget.Handshake handshake, int... path) throws Exception {
        Circuit circuit = Circuit.on(channel(path[0]), CircuitParameters.DEFAULT, new SystemRandom(), time.ticker());
        get(circuit.create(node(path[0]).target(handshake)));
        for (int i = 1; i < path.length; i++) {
            get(circuit.extend(node(path[i]).target(handshake)));
        }
        return circuit;
    }

    interface Task<T> {
        T run() throws Exception;
    }

    <T> T onLoop(Task<T> task) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                done.complete(task.run());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return get(done);
    }

    static <T> T get(CompletableFuture<T> future) {
        try {
            return Uninterruptibles.getUninterruptibly(future, PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("it should have succeeded", e);
        }
    }

    @Override
    public void close() {
        onLoop(() -> {
            nodes.forEach(node -> node.relay.close());
            return null;
        });
        scheduler.close();
        loop.close();
        worldLoop.close();
        net.close();
        world.close();
    }
}
