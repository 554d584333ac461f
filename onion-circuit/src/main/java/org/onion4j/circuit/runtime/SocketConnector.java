package org.onion4j.circuit.runtime;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Makes the outgoing TCP connections of a client: the one place where it touches the network. Any thread may call.
 */
public interface SocketConnector {
    /**
     * A connected socket, blocking for at most {@code timeoutMillis} milliseconds.
     *
     * @param address never unresolved: no name is ever looked up here
     * @throws IOException if the connection cannot be made
     */
    Socket connect(InetSocketAddress address, int timeoutMillis) throws IOException;
}
