package org.onion4j.api;

import java.io.Closeable;
import java.net.InetSocketAddress;

/** A proxy on this machine's loopback address, through which other programs use the client. Ends with the client. */
public interface ProxyServer extends Closeable {
    /** Where it listens: 127.0.0.1 and the real port, also if port 0 was asked for. */
    InetSocketAddress address();

    /** The port where it listens. */
    default int port() {
        return address().getPort();
    }

    /** Ends it and its connections; when this returns, its port is free. Again: no effect. */
    @Override
    void close();
}
