package org.onion4j.circuit.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.onion4j.circuit.runtime.BatchedReading;
import org.onion4j.circuit.runtime.BatchingSocket;
import org.onion4j.circuit.runtime.DirectConnector;
import org.onion4j.circuit.runtime.SocketConnector;

/**
 * Connects straight; what its sockets send can be held back, as by a peer that has stopped reading, while what they
 * receive goes on. A peer that really stops is no good for tests: how much TCP takes until it notices is the system's
 * business, and with buffers so small that it notices soon, TCP drops acknowledgements too, so that the other direction
 * comes to a halt as well. Any thread may call.
 */
public final class ValveConnector implements SocketConnector {
    private final SocketConnector direct = new DirectConnector();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean shut; // guarded by lock
    private int held; // threads that wait in a write

    @Override
    public Socket connect(InetSocketAddress address, int timeoutMillis) throws IOException {
        return new ValveSocket((BatchingSocket) direct.connect(address, timeoutMillis));
    }

    /** From now on nothing leaves: who writes waits. */
    public void shut() {
        set(true);
    }

    /** What waited may leave. */
    public void open() {
        set(false);
    }

    private void set(boolean value) {
        lock.lock();
        try {
            shut = value;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns once a thread waits in a write. */
    public void awaitHeld() throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(ScriptedRelay.PATIENCE_SECONDS);
            while (held == 0) {
                if (left <= 0) {
                    throw new AssertionError("nobody writes");
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Passes on to a socket what TLS over it asks for, and holds its output. */
    private final class ValveSocket extends Socket implements BatchedReading {
        private final BatchingSocket socket;
        private boolean closing; // guarded by lock

        ValveSocket(BatchingSocket socket) {
            super(Proxy.NO_PROXY);
            this.socket = socket;
        }

        private void pass() throws IOException {
            lock.lock();
            held++;
            changed.signalAll();
            try {
                while (shut && !closing) {
                    changed.awaitUninterruptibly();
                }
                if (closing) {
                    throw new SocketException("Socket closed");
                }
            } finally {
                held--;
                lock.unlock();
            }
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(socket.getOutputStream()) {
                @Override
                public void write(int value) throws IOException {
                    pass();
                    out.write(value);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    pass();
                    out.write(bytes, offset, length);
                }
            };
        }

        @Override
        public boolean beforeWait(Runnable task) {
            return socket.beforeWait(task);
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return socket.getInputStream();
        }

        @Override
        public boolean isConnected() {
            return socket.isConnected();
        }

        @Override
        public boolean isBound() {
            return socket.isBound();
        }

        @Override
        public boolean isClosed() {
            return socket.isClosed();
        }

        @Override
        public boolean isInputShutdown() {
            return socket.isInputShutdown();
        }

        @Override
        public boolean isOutputShutdown() {
            return socket.isOutputShutdown();
        }

        @Override
        public void shutdownInput() throws IOException {
            socket.shutdownInput();
        }

        @Override
        public void shutdownOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public InetAddress getInetAddress() {
            return socket.getInetAddress();
        }

        @Override
        public int getPort() {
            return socket.getPort();
        }

        @Override
        public InetAddress getLocalAddress() {
            return socket.getLocalAddress();
        }

        @Override
        public int getLocalPort() {
            return socket.getLocalPort();
        }

        @Override
        public int getSoLinger() throws SocketException {
            return socket.getSoLinger();
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket's own
        public void setSoTimeout(int millis) throws SocketException {
            socket.setSoTimeout(millis);
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public int getSoTimeout() throws SocketException {
            return socket.getSoTimeout();
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public void close() throws IOException {
            lock.lock();
            try {
                closing = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            socket.close();
        }
    }
}
