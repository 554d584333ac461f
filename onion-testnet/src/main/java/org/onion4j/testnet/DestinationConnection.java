package org.onion4j.testnet;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** One connection that an exit has made to a destination inside the network, as the destination sees it. */
public final class DestinationConnection {
    private final String host;
    private final int port;
    private final Socket socket;

    DestinationConnection(String host, int port, Socket socket) {
        this.host = host;
        this.port = port;
        this.socket = socket;
    }

    /** The name under which the destination was registered. */
    public String host() {
        return host;
    }

    /** The port that it was asked for. */
    public int port() {
        return port;
    }

    /** Where the connection comes from: the exit's address, never the client's. */
    public InetSocketAddress from() {
        return (InetSocketAddress) socket.getRemoteSocketAddress();
    }

    /** What the client sends. */
    public InputStream input() throws IOException {
        return socket.getInputStream();
    }

    /** Goes to the client. Unbuffered; blocks while the client does not read. */
    public OutputStream output() throws IOException {
        return socket.getOutputStream();
    }

    /** The same as a socket, for servers that want one. It is no socket of the operating system's. */
    public Socket socket() {
        return socket;
    }
}
