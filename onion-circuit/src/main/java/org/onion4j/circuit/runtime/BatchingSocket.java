package org.onion4j.circuit.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;

/**
 * A socket that reads in large pieces and says when it is about to wait for more: TLS reads a record's header and its
 * content apart, which would otherwise cost two system calls, and whoever handles what arrives learns when a batch is
 * over. Threading: one thread reads; it runs the listener, too.
 */
public final class BatchingSocket extends Socket implements BatchedReading {
    private Buffered input; // made at the first use
    private volatile Runnable beforeWait = () -> {};
    private volatile boolean readFrom; // whether anybody has read through the stream

    /** A socket that is not connected, and that passes by any proxy that the JVM is set up with. */
    public BatchingSocket() {
        super(Proxy.NO_PROXY);
    }

    @Override
    public boolean beforeWait(Runnable task) {
        beforeWait = task;
        return readFrom;
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        if (input == null) {
            input = new Buffered(super.getInputStream());
        } else if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
        return input;
    }

    private final class Buffered extends GatheredInput {
        private final InputStream in;

        Buffered(InputStream in) {
            this.in = in;
        }

        @Override
        protected boolean isReadable() {
            return true;
        }

        @Override
        protected int gather(byte[] buffer) throws IOException {
            readFrom = true;
            beforeWait.run();
            return in.read(buffer, 0, buffer.length);
        }

        @Override
        public int available() throws IOException {
            return gathered() + in.available();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
