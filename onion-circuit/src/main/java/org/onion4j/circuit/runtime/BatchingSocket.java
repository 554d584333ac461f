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
    private static final int BUFFER_BYTES = 64 * 1024;

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

    private final class Buffered extends InputStream {
        private final InputStream in;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int start;
        private int end;

        Buffered(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer[start++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int taken = Math.min(length, end - start);
            System.arraycopy(buffer, start, target, offset, taken);
            start += taken;
            return taken;
        }

        @Override
        public int available() throws IOException {
            return end - start + in.available();
        }

        @Override
        public void close() throws IOException {
            in.close();
        }

        /** Whether there is a byte, after waiting for one if need be. */
        private boolean fill() throws IOException {
            if (start < end) {
                return true;
            }
            readFrom = true;
            beforeWait.run();
            start = 0;
            end = 0;
            int read = in.read(buffer, 0, buffer.length);
            end = Math.max(0, read);
            return read > 0;
        }
    }
}
