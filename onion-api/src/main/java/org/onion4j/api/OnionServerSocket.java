package org.onion4j.api;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.onion4j.api.internal.service.AcceptQueue;

/**
 * One port of an onion service in the form of a bound server socket. It never makes a socket of the operating system: its
 * superclass makes one when it is bound, which never happens. Any thread may call.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // guards nothing here
final class OnionServerSocket extends ServerSocket {
    private final OnionService service;
    private final int port;
    private final AcceptQueue queue;
    private volatile int timeoutMillis;
    private volatile boolean closed;

    OnionServerSocket(OnionService service, int port, AcceptQueue queue) throws IOException {
        this.service = service;
        this.port = port;
        this.queue = queue;
    }

    @Override
    public Socket accept() throws IOException {
        int millis = timeoutMillis;
        try {
            OnionServiceStream stream =
                    millis == 0 ? service.accept(queue) : service.accept(queue, Duration.ofMillis(millis));
            return stream.asSocket();
        } catch (OnionServiceTimeoutException e) {
            SocketTimeoutException timeout = new SocketTimeoutException(e.getMessage());
            timeout.initCause(e);
            throw timeout;
        } catch (OnionServiceClosedException e) {
            SocketException end = new SocketException("the server socket has been closed");
            end.initCause(e);
            throw end;
        }
    }

    /** It is bound already. */
    @Override
    public void bind(SocketAddress endpoint, int backlog) throws IOException {
        throw new SocketException("already bound");
    }

    /** Ends it; streams of its port wait for {@link OnionService#accept} again. */
    @Override
    public void close() {
        closed = true;
        service.release(port, queue);
    }

    @Override
    public boolean isClosed() {
        return closed || service.isClosed();
    }

    @Override
    public boolean isBound() {
        return true;
    }

    /** None: it is at no address of this machine. */
    @Override
    public InetAddress getInetAddress() {
        return null;
    }

    @Override
    public int getLocalPort() {
        return port;
    }

    /** The service's name and the virtual port, as an address that is not resolved. */
    @Override
    public SocketAddress getLocalSocketAddress() {
        return InetSocketAddress.createUnresolved(service.address(), port);
    }

    @Override
    public void setSoTimeout(int millis) {
        checkArgument(millis >= 0, "a timeout of %s ms", millis);
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    /** No effect. */
    @Override
    public void setReuseAddress(boolean on) {}

    @Override
    public boolean getReuseAddress() {
        return false;
    }

    /** No effect: windows are the circuits'. */
    @Override
    public void setReceiveBufferSize(int size) {}

    @Override
    public int getReceiveBufferSize() {
        return 1 << 16;
    }

    @Override
    public String toString() {
        return "OnionServerSocket[port " + port + "]";
    }
}
