package org.onion4j.testnet.wire;

import java.io.Closeable;
import java.net.InetSocketAddress;

/** A place that accepts connections, until closed. Connections that it has accepted go on. Any thread. */
public interface WireServer extends Closeable {
    /** Where it listens, with the port that was chosen if 0 had been asked for. */
    InetSocketAddress address();

    @Override
    void close();
}
