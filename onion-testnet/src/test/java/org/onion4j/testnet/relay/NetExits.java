package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.wire.Wire;
import org.onion4j.testnet.wire.WireConnected;
import org.onion4j.testnet.wire.WireNet;

/** Destinations that listen on a net, under these names. */
record NetExits(WireNet net, Map<String, InetAddress> names) implements ExitConnector {
    @Override
    public void resolve(String name, Loop loop, ResolveCallback callback) {
        InetAddress address = names.get(name);
        loop.execute(() -> {
            if (address == null) {
                callback.onFailed(false);
            } else {
                callback.onAddresses(ImmutableList.of(address));
            }
        });
    }

    @Override
    public void reverse(InetAddress address, Loop loop, ReverseCallback callback) {
        loop.execute(() -> callback.onFailed(false));
    }

    @Override
    public void connect(InetSocketAddress address, Loop loop, ConnectCallback callback) {
        net.connect(address, loop, new WireConnected() {
            @Override
            public void onConnected(Wire wire) {
                callback.onConnected(wire);
            }

            @Override
            public void onFailed(IOException cause) {
                callback.onFailed(EndReason.CONNECTREFUSED);
            }
        });
    }
}
