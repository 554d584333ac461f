package org.onion4j.examples;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import org.onion4j.api.OnionStream;

/**
 * An open stream in the form that the JDK's TLS wants: a connected socket. It never makes a socket of the operating system, so what a
 * real one would be asked for has a fixed answer here.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // a stream may be used by any thread
final class StreamSocket extends Socket {
    private final OnionStream stream;

    StreamSocket(OnionStream stream) throws SocketException {
        super((SocketImpl) null);
        this.stream = stream;
    }

    @Override
    public InputStream getInputStream() {
        return stream.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() {
        return stream.getOutputStream();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return !stream.isOpen();
    }

    @Override
    public void shutdownInput() {
        stream.shutdownInput();
    }

    @Override
    public void shutdownOutput() {
        stream.shutdownOutput();
    }

    @Override
    public void close() {
        stream.close();
    }

    /** Unknown: only the exit has looked it up. */
    @Override
    public InetAddress getInetAddress() {
        return null;
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return null;
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return null;
    }

    @Override
    public int getSoLinger() {
        return -1;
    }

    /** No effect: the stream has its own read timeout. */
    @Override
    public void setSoTimeout(int millis) {}

    @Override
    public int getSoTimeout() {
        return 0;
    }

    @Override
    public String toString() {
        return "StreamSocket[" + (stream.isOpen() ? "open" : "closed") + "]";
    }
}
