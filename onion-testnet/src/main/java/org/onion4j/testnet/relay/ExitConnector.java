package org.onion4j.testnet.relay;

import com.google.common.collect.ImmutableList;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.onion4j.circuit.message.EndReason;
import org.onion4j.testnet.loop.Loop;
import org.onion4j.testnet.wire.Wire;

/** What an exit looks up and connects to: the world outside the network, or what stands for it. Any thread. */
public interface ExitConnector {
    /** Looks up the addresses of a name in lower case; the answer comes on the loop, never within this call. */
    void resolve(String name, Loop loop, ResolveCallback callback);

    /** Looks up the names of an address; the answer comes on the loop, never within this call. */
    void reverse(InetAddress address, Loop loop, ReverseCallback callback);

    /** Connects; the answer comes on the loop, never within this call. */
    void connect(InetSocketAddress address, Loop loop, ConnectCallback callback);

    /** Hears of the answer; one of the two, once. */
    interface ResolveCallback {
        /** At least one address, in the order of preference. */
        void onAddresses(ImmutableList<InetAddress> addresses);

        /** There is none; {@code willPass} says whether asking again may help. */
        void onFailed(boolean willPass);
    }

    /** Hears of the answer; one of the two, once. */
    interface ReverseCallback {
        void onName(String name);

        /** There is none; {@code willPass} says whether asking again may help. */
        void onFailed(boolean willPass);
    }

    /** Hears of the outcome; one of the two, once. */
    interface ConnectCallback {
        /** {@link Wire#start} is the callee's. */
        void onConnected(Wire wire);

        void onFailed(EndReason reason);
    }
}
