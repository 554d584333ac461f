package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.testnet.loop.Loop;

/** The outside, as a test plays it: names, and destinations whose wires the test holds. */
final class FakeExits implements ExitConnector {
    private final Loop loop;
    final Map<String, ImmutableList<InetAddress>> names = new HashMap<>();
    final Map<InetAddress, String> reverse = new HashMap<>();
    final Map<InetSocketAddress, EndReason> refusals = new HashMap<>();
    final List<FakeWire> wires = new ArrayList<>();
    boolean hold; // connections that come about only when released
    private final List<Runnable> held = new ArrayList<>();

    FakeExits(Loop loop) {
        this.loop = loop;
    }

    void release() {
        hold = false;
        held.forEach(loop::execute);
        held.clear();
    }

    FakeWire lastWire() {
        return wires.get(wires.size() - 1);
    }

    @Override
    public void resolve(String name, Loop on, ResolveCallback callback) {
        loop.execute(() -> {
            ImmutableList<InetAddress> addresses = names.get(name);
            if (addresses == null) {
                callback.onFailed(name.startsWith("later."));
            } else {
                callback.onAddresses(addresses);
            }
        });
    }

    @Override
    public void reverse(InetAddress address, Loop on, ReverseCallback callback) {
        loop.execute(() -> {
            String name = reverse.get(address);
            if (name == null) {
                callback.onFailed(false);
            } else {
                callback.onName(name);
            }
        });
    }

    @Override
    public void connect(InetSocketAddress address, Loop on, ConnectCallback callback) {
        Runnable outcome = () -> {
            EndReason refusal = refusals.get(address);
            if (refusal != null) {
                callback.onFailed(refusal);
                return;
            }
            FakeWire wire = new FakeWire(address);
            wires.add(wire);
            callback.onConnected(wire);
        };
        if (hold) {
            held.add(outcome);
        } else {
            loop.execute(outcome);
        }
    }
}
