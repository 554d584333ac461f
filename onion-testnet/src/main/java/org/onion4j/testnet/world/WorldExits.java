package org.onion4j.testnet.world;

import com.google.common.collect.ImmutableList;
import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.relay.ExitConnector;
import org.onion4j.testnet.wire.MemoryNet;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireConnected;
import org.onion4j.testnet.wire.WireNet;

/**
 * How one exit reaches destinations: those of the network, in memory; and on loopback those on this machine, where names
 * below {@code .test} lead, too. Nothing else exists. Any thread.
 */
public final class WorldExits implements ExitConnector {
    private static final InetAddress LOOPBACK = InetAddresses.forString("127.0.0.1");
    private static final String MACHINE_SUFFIX = ".test";
    private static final int FIRST_PORT = 40_000;
    private static final int PORTS = 20_000;

    private final Destinations destinations;
    private final MemoryNet memory;
    private final InetAddress exit;
    private final Optional<WireNet> machine;
    private final AtomicInteger ports = new AtomicInteger();

    /**
     * For one exit.
     *
     * @param exit its address, which destinations see
     * @param machine the sockets of this machine, if the exit may use them
     */
    public WorldExits(Destinations destinations, MemoryNet memory, InetAddress exit, Optional<WireNet> machine) {
        this.destinations = destinations;
        this.memory = memory;
        this.exit = exit;
        this.machine = machine;
    }

    @Override
    public void resolve(String name, Loop loop, ResolveCallback callback) {
        ImmutableList<InetAddress> known = destinations.resolve(name);
        boolean onThisMachine = known.isEmpty() && machine.isPresent() && name.endsWith(MACHINE_SUFFIX);
        ImmutableList<InetAddress> answer = onThisMachine ? ImmutableList.of(LOOPBACK) : known;
        loop.execute(() -> {
            if (answer.isEmpty()) {
                callback.onFailed(false);
            } else {
                callback.onAddresses(answer);
            }
        });
    }

    @Override
    public void reverse(InetAddress address, Loop loop, ReverseCallback callback) {
        Optional<String> name = destinations.reverse(address);
        loop.execute(() -> {
            if (name.isPresent()) {
                callback.onName(name.get());
            } else {
                callback.onFailed(false);
            }
        });
    }

    @Override
    public void connect(InetSocketAddress address, Loop loop, ConnectCallback callback) {
        Optional<Destinations.Entry> found = destinations.at(address);
        if (found.isPresent()) {
            InetSocketAddress from =
                    new InetSocketAddress(exit, FIRST_PORT + Math.floorMod(ports.getAndIncrement(), PORTS));
            MemoryNet.WireAndSocket pair = memory.pair(loop, from, address);
            found.get().accept(pair.socket());
            loop.execute(() -> callback.onConnected(pair.wire()));
        } else if (machine.isPresent() && address.getAddress().isLoopbackAddress()) {
            machine.get().connect(address, loop, new Machine(callback));
        } else {
            EndReason reason = destinations.isOurs(address.getAddress()) ? EndReason.CONNECTREFUSED : EndReason.NOROUTE;
            loop.execute(() -> callback.onFailed(reason));
        }
    }

    /** A connection to this machine. */
    private record Machine(ConnectCallback callback) implements WireConnected {
        @Override
        public void onConnected(Wire wire) {
            callback.onConnected(wire);
        }

        @Override
        public void onFailed(IOException cause) {
            callback.onFailed(cause instanceof ConnectException ? EndReason.CONNECTREFUSED : EndReason.NOROUTE);
        }
    }
}
