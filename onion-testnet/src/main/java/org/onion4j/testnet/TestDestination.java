package org.onion4j.testnet;

import java.net.InetAddress;

/** A destination that {@link TestNetwork#serve} has put into a network. Any thread. */
public interface TestDestination extends AutoCloseable {
    /** The name that it was registered under. */
    String host();

    int port();

    /** The address that exits find under the name. */
    InetAddress address();

    /** How many connections it has had. */
    int connections();

    /** Takes it out of the network and closes its connections. Again: no effect. */
    @Override
    void close();
}
