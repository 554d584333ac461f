package org.onion4j.testnet;

import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.onion4j.circuit.runtime.SocketConnector;

/** Connects as another connector does, and keeps where to. Any thread. */
final class DialLog implements SocketConnector {
    private final SocketConnector connector;
    private final Set<InetSocketAddress> dialled = ConcurrentHashMap.newKeySet();

    DialLog(SocketConnector connector) {
        this.connector = connector;
    }

    /** All addresses so far, whether or not somebody answered there. */
    ImmutableSet<InetSocketAddress> dialled() {
        return ImmutableSet.copyOf(dialled);
    }

    /** Those of them that are relays. */
    ImmutableSet<TestRelay> relays(TestNetwork network) {
        return network.relays().stream()
                .filter(relay -> dialled.contains(relay.address()))
                .collect(ImmutableSet.toImmutableSet());
    }

    @Override
    public Socket connect(InetSocketAddress address, int timeoutMillis) throws IOException {
        dialled.add(address);
        return connector.connect(address, timeoutMillis);
    }

    @Override
    public Socket connect(InetSocketAddress address, int timeoutMillis, Consumer<? super Socket> beforehand)
            throws IOException {
        dialled.add(address);
        return connector.connect(address, timeoutMillis, beforehand);
    }
}
