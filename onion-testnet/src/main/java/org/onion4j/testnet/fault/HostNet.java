package org.onion4j.testnet.fault;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireConnected;
import org.onion4j.testnet.wire.WireNet;
import org.onion4j.testnet.wire.WireServer;

/** A host's way to the network, with what is wrong with it. The loop given is always the host's. */
public final class HostNet implements WireNet {
    private final WireNet net;
    private final HostFaults faults;

    /** The network, seen from a host with faults. */
    public HostNet(WireNet net, HostFaults faults) {
        this.net = net;
        this.faults = faults;
    }

    @Override
    public WireServer listen(InetSocketAddress local, Loop loop, Consumer<Wire> accept) throws IOException {
        return net.listen(local, loop, wire -> accept.accept(new FaultyWire(wire, faults, loop)));
    }

    @Override
    public void connect(InetSocketAddress to, Loop loop, WireConnected callback) {
        loop.execute(() -> {
            if (faults.isCutOff(to)) {
                callback.onFailed(new ConnectException("the host is cut off from there"));
                return;
            }
            net.connect(to, loop, new WireConnected() {
                @Override
                public void onConnected(Wire wire) {
                    callback.onConnected(new FaultyWire(wire, faults, loop));
                }

                @Override
                public void onFailed(IOException cause) {
                    callback.onFailed(cause);
                }
            });
        });
    }
}
