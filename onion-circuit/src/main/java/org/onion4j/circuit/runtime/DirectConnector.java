package org.onion4j.circuit.runtime;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.Consumer;

/** Connects straight to the address, past any proxy that the JVM is set up with. Any thread. */
public final class DirectConnector implements SocketConnector {
    @Override
    public Socket connect(InetSocketAddress address, int timeoutMillis) throws IOException {
        return connect(address, timeoutMillis, socket -> {});
    }

    @Override
    public Socket connect(InetSocketAddress address, int timeoutMillis, Consumer<? super Socket> beforehand)
            throws IOException {
        checkArgument(!address.isUnresolved(), "a name would have to be resolved");
        Socket socket = new BatchingSocket();
        try {
            beforehand.accept(socket);
            socket.setTcpNoDelay(true);
            socket.connect(address, timeoutMillis);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
