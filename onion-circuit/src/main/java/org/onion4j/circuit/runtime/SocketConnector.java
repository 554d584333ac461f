package org.onion4j.circuit.runtime;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.Consumer;

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

    /**
     * The same for a caller that may give up earlier: it closes the socket that it is given beforehand.
     *
     * @param beforehand is given the socket before it connects, on the calling thread, where the connector can do that;
     *     closing the socket then ends the attempt at once. By default it is given the socket once it is connected
     */
    default Socket connect(InetSocketAddress address, int timeoutMillis, Consumer<? super Socket> beforehand)
            throws IOException {
        Socket socket = connect(address, timeoutMillis);
        beforehand.accept(socket);
        return socket;
    }
}
