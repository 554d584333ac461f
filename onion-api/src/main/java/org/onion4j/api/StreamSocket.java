package org.onion4j.api;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * An open stream in the form of a connected socket. It never makes a socket of the operating system, so what a real one would
 * be asked for has a fixed answer here. Threading: like {@link OnionStream}.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // a stream may be used by any thread
final class StreamSocket extends Socket {
    private final OnionStream stream;
    private final InputStream input;
    private volatile int timeoutMillis;
    private volatile boolean closed;
    private volatile boolean inputShut;
    private volatile boolean outputShut;

    private StreamSocket(OnionStream stream) throws SocketException {
        super((SocketImpl) null);
        this.stream = stream;
        this.input = new TimedInput(stream.getInputStream());
    }

    static Socket of(OnionStream stream) {
        try {
            return new StreamSocket(stream);
        } catch (SocketException e) {
            throw new IllegalStateException("not without an implementation to ask", e);
        }
    }

    /** Says of time-outs what programs expect of sockets. */
    private static final class TimedInput extends FilterInputStream {
        TimedInput(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                return in.read(target, offset, length);
            } catch (StreamTimeoutException e) {
                if (e.endReason().isPresent()) {
                    throw e; // the far end's time-out, which is the end of the stream
                }
                InterruptedIOException timeout = new SocketTimeoutException(e.getMessage());
                timeout.initCause(e);
                throw timeout;
            }
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        requireOpen();
        return input;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        requireOpen();
        return stream.getOutputStream();
    }

    private void requireOpen() throws SocketException {
        if (closed) {
            throw new SocketException("the socket has been closed");
        }
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    /** Whether this side has closed it, as with any socket. */
    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void shutdownInput() {
        inputShut = true;
        stream.shutdownInput();
    }

    @Override
    public void shutdownOutput() {
        outputShut = true;
        stream.shutdownOutput();
    }

    @Override
    public boolean isInputShutdown() {
        return inputShut;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShut;
    }

    @Override
    public void close() {
        closed = true;
        stream.close();
    }

    /** Unknown: nobody on this side has looked it up. */
    @Override
    public InetAddress getInetAddress() {
        return null;
    }

    @Override
    public int getPort() {
        return 0;
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return null;
    }

    @Override
    public InetAddress getLocalAddress() {
        return null;
    }

    @Override
    public int getLocalPort() {
        return -1;
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return null;
    }

    @Override
    public void setSoTimeout(int millis) {
        stream.setReadTimeout(Duration.ofMillis(millis));
        timeoutMillis = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public int getSoLinger() {
        return -1;
    }

    /** No effect: a close never waits. */
    @Override
    public void setSoLinger(boolean on, int seconds) {}

    /** No effect: what is written leaves at once. */
    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public boolean getTcpNoDelay() {
        return true;
    }

    /** No effect: circuits have their own. */
    @Override
    public void setKeepAlive(boolean on) {}

    @Override
    public boolean getKeepAlive() {
        return true;
    }

    @Override
    public String toString() {
        return "StreamSocket[" + (stream.isOpen() ? "open" : "closed") + "]";
    }
}
