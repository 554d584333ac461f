package org.onion4j.testnet.client;

import org.onion4j.api.internal.Environment;
import org.onion4j.circuit.runtime.Activity;
import org.onion4j.circuit.runtime.SocketConnector;
import org.onion4j.crypto.random.RandomSource;
import org.onion4j.directory.state.FileOperations;
import org.onion4j.testnet.loop.NetworkTime;

/** What clients of a network run on. Static methods; any thread. */
public final class ClientHost {
    private ClientHost() {}

    /**
     * The environment of clients on one host.
     *
     * @param time of the network; the clients' timers run by it
     * @param random where their keys and choices come from
     * @param connector makes their connections
     * @param activity is told what their threads do
     */
    public static Environment environment(
            NetworkTime time, RandomSource random, SocketConnector connector, Activity activity) {
        return new Environment(
                time.clock(),
                time.ticker(),
                random,
                connector,
                FileOperations.system(),
                threads -> new ClientScheduler(time, threads),
                activity);
    }
}
